// The page of `moat report`: search, filters, order and keys over what is in the page already.
// HAZARD: the page shows text that anybody may have written. Nothing here makes markup of text.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("list");
  const search = byId("search");
  const order = byId("order");
  const clear = byId("clear");
  const tiles = [...document.querySelectorAll(".tile")];
  const chips = [...document.querySelectorAll(".chip[data-mark]")];
  const wordsOf = (text) => text.split(" ").filter((word) => word !== "");
  const packages = [...list.children].map((item, rank) => ({
    item,
    rank,
    name: item.dataset.name.split(">"),
    powers: new Set(wordsOf(item.dataset.powers)),
    marks: new Set(wordsOf(item.dataset.marks)),
    text: undefined,
  }));
  const pressed = { powers: new Set(), marks: new Set() };

  function isShown(one, words) {
    for (const power of pressed.powers) if (!one.powers.has(power)) return false;
    for (const mark of pressed.marks) if (!one.marks.has(mark)) return false;
    if (words.length === 0) return true;
    // The name as one writes it stands in no single element.
    one.text ??= `${one.item.dataset.name} ${one.item.textContent}`.toLowerCase();
    return words.every((word) => one.text.includes(word));
  }

  function show() {
    const words = wordsOf(search.value.toLowerCase());
    let shown = 0;
    for (const one of packages) {
      const isHidden = !isShown(one, words);
      if (one.item.hidden !== isHidden) one.item.hidden = isHidden;
      if (!isHidden) shown += 1;
    }
    const isAll = words.length + pressed.powers.size + pressed.marks.size === 0;
    for (const tile of tiles)
      tile.setAttribute(
        "aria-pressed",
        String(tile.dataset.power === "" ? pressed.powers.size === 0 : pressed.powers.has(tile.dataset.power)),
      );
    for (const chip of chips) chip.setAttribute("aria-pressed", String(pressed.marks.has(chip.dataset.mark)));
    // Where the packages between are hidden, each line has to say its way.
    list.classList.toggle("as-tree", isAll && order.value === "tree");
    clear.hidden = isAll;
    list.hidden = shown === 0;
    byId("none").hidden = shown !== 0;
    byId("count").textContent = isAll ? `${packages.length} packages` : `${shown} of ${packages.length} packages`;
  }

  function toggle(set, key) {
    if (!set.delete(key)) set.add(key);
    show();
  }

  function showAll() {
    pressed.powers.clear();
    pressed.marks.clear();
    search.value = "";
    show();
  }

  const compareTexts = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  /** A package stands right before those that came in by it. */
  function compareInTree(a, b) {
    for (let at = 0; at < Math.min(a.name.length, b.name.length); at += 1) {
      const compared = compareTexts(a.name[at], b.name[at]);
      if (compared !== 0) return compared;
    }
    return a.name.length - b.name.length;
  }

  function reorder() {
    const asTree = order.value === "tree";
    const sorted = packages.toSorted(asTree ? compareInTree : (a, b) => a.rank - b.rank);
    list.append(...sorted.map(({ item }) => item));
    show();
  }

  /** A link to a package shows and opens it, whatever is filtered. */
  function openTarget() {
    const target = /^#p\d+$/.test(location.hash) ? byId(location.hash.slice(1)) : null;
    if (target === null) return;
    if (target.hidden) showAll();
    const details = target.querySelector("details");
    details.open = true;
    target.scrollIntoView();
    details.querySelector("summary").focus({ preventScroll: true });
  }

  /** The line of the next package that is shown; from the search field, the first. */
  function moveFrom(element, step) {
    const shown = [...list.children].filter((item) => !item.hidden);
    const at = shown.indexOf(element.closest(".package"));
    const next = at + step;
    if (next < 0) return at === 0 ? search.focus() : undefined;
    shown[next]?.querySelector("summary").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    const isTyping = target === search || target === order;
    if (key === "/" && !isTyping) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (key === "Escape") {
      showAll();
    } else if (
      (key === "ArrowDown" || key === "ArrowUp") &&
      (target === search || target.matches?.(".package summary"))
    ) {
      event.preventDefault();
      moveFrom(target, key === "ArrowDown" ? 1 : -1);
    }
  });
  for (const tile of tiles) {
    tile.disabled = false;
    tile.addEventListener("click", () => {
      if (tile.dataset.power !== "") return toggle(pressed.powers, tile.dataset.power);
      pressed.powers.clear();
      show();
    });
  }
  for (const chip of chips) chip.addEventListener("click", () => toggle(pressed.marks, chip.dataset.mark));
  clear.addEventListener("click", () => {
    showAll();
    search.focus();
  });
  search.addEventListener("input", show);
  order.addEventListener("change", reorder);
  addEventListener("hashchange", openTarget);
  byId("toolbar").hidden = false;
  // A browser that comes back to the page fills the fields in again.
  if (order.value === "risk") show();
  else reorder();
  openTarget();
})();
