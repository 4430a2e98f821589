import { addBusinessDays, differenceInCalendarDays, eachWeekOfInterval, format, parseISO } from "date-fns";

const start = parseISO("2024-02-27T10:00:00");
console.log(format(addBusinessDays(start, 12), "EEEE d MMMM yyyy, HH:mm"));
console.log(
  eachWeekOfInterval({ start, end: addBusinessDays(start, 30) }).length,
  differenceInCalendarDays(new Date(2025, 0, 1), start),
);
