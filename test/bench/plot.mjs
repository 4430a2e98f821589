export const plotOf = () => "";
