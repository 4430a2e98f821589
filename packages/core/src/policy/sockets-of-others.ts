/**
 * Sockets in the folder for temporary files by which other programs of the user take orders. `*` in `net.connect` covers
 * the others there (databases', tools' own): who means one of these writes its path.
 */
const PLACES: readonly (readonly [name: RegExp, why: string])[] = [
  [/^ssh-/, "agents of OpenSSH before version 10.1: they sign with the user's keys"],
  [/^com\.apple\.launchd\./, "the same on macOS"],
  [/^(?:gpg|gnupg|keyring)[-.]/, "agents of GnuPG and GNOME"],
  [/^\.(?:X11|ICE|XIM|font)-unix$/, "screens: what is typed is seen and sent there"],
  [/^(?:wayland|xwayland)[-.]/i, "the same"],
  [/^(?:tmux|tmate)-/, "terminals, in which commands are run"],
  [/^(?:uscreens?|screens?)(?:$|[-.])/, "the same"],
  [/^(?:emacs|nvim|vim|kak|kakoune|kitty|mykitty|alacritty|wezterm)/i, "editors and terminals that evaluate"],
  [/^(?:vscode|code|cursor|devcontainer)[-.]/i, "editors that run commands"],
  [/^(?:docker|podman|containerd|buildkit|libpod|colima|lima)/i, "engines of containers: they mount any folder"],
  [/^(?:dbus|ibus|pulse|orbit|ksocket|kde|at-spi)/i, "buses of the desktop, which start programs"],
  [/^systemd-private-/, "services of the system"],
];

/** @param below a path below the folder for temporary files */
export function takesOrders(below: string): boolean {
  const [first = "", ...rest] = below.split(/[\\/]/);
  // On macOS, and in a session of its own, such a folder may lie in one that is the user's.
  const names = rest.length > 0 ? [first, rest[0]!] : [first];
  return names.some((name) => PLACES.some(([pattern]) => pattern.test(name)));
}
