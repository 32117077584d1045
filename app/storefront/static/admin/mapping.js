// Which of the shop's columns is which field, as people write it: "title: product_name", one a line. Pure.

/** `{field: column}`, or `{field: [columns]}` where several are named by commas. Raises a line that says neither. */
export function mappingOf(text) {
  const mapping = {};
  for (const line of text.split("\n").map((one) => one.trim()).filter(Boolean)) {
    const [, field, rest] = /^([^:=]+?)\s*[:=]\s*(.+)$/.exec(line) ?? [];
    if (!field) throw new MappingError(line);
    const columns = rest.split(",").map((one) => one.trim()).filter(Boolean);
    mapping[field] = columns.length === 1 ? columns[0] : columns;
  }
  return mapping;
}

export class MappingError extends Error {}
