// Rows of an import as a CSV file (RFC 4180), read page by page.

import { jobRows } from "./api.js";

const PAGE = 100;
const BYTE_ORDER_MARK = "\uFEFF"; // spreadsheet programs read Chinese only with it

/** All rows of `outcome` as a file; a row with several issues is several lines. */
export async function csvOf(jobId, outcome, signal) {
  const parts = [BYTE_ORDER_MARK, line(["line", "id", "outcome", "level", "field", "reason"])];
  let cursor = null;
  do {
    const page = await jobRows(jobId, { outcome, limit: PAGE, ...(cursor && { cursor }) }, signal);
    for (const row of page.items) {
      const issues = row.issues.length ? row.issues : [{}];
      for (const { level, field, reason } of issues) parts.push(line([row.line, row.item_id, row.outcome, level, field, reason]));
    }
    cursor = page.next;
  } while (cursor);
  return new Blob(parts, { type: "text/csv" });
}

const line = (values) => `${values.map(quoted).join(",")}\r\n`;

/** Quoted where needed; what a spreadsheet would run as a formula is made text (OWASP, CSV injection). */
export function quoted(value) {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function saveAs(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}
