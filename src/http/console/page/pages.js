// Pages of a list, newest first, by the server's cursors.

/** A condition of a list: `where("equal", "status", true)`. */
export const where = (method, attribute, ...values) => ({ method, attribute, ...(values.length && { values }) });

/** Queries as the server reads them. */
export const encode = (queries) => queries.map((one) => JSON.stringify(one));

/**
 * The queries of one page. It asks for one row more than it shows: that one says whether there is another page.
 */
export function pageOf(conditions, { after, before }, size) {
  const queries = [...conditions, where("orderDesc", "$createdAt"), { method: "limit", values: [size + 1] }];
  if (after) queries.push({ method: "cursorAfter", values: [after] });
  else if (before) queries.push({ method: "cursorBefore", values: [before] });
  return encode(queries);
}

/** What to say when `loadPage` has chosen another page. */
export const PAGE_IS_GONE = "That page is gone. This is the first one.";

/**
 * Loads a page by `load(parameters)`, which answers its `shown` rows and more. It becomes the first page, of other parameters,
 * if the row was deleted at which it begins, or all of its own: no link would lead on from there.
 */
export async function loadPage(parameters, load) {
  const { after, before, ...first } = parameters;
  if (!after && !before) return { parameters, ...(await load(parameters)) };
  try {
    const page = await load(parameters);
    if (page.shown.length) return { parameters, ...page };
  } catch (error) {
    if (error.type !== "general_cursor_not_found") throw error;
  }
  return { parameters: first, ...(await load(first)) };
}

/** The rows to show of the answer, and the cursors of the pages beside it. */
export function slice(rows, { after, before }, size) {
  const hasMore = rows.length > size;
  const goesBack = Boolean(before && !after);
  // Backwards, the row too many is the first.
  const shown = goesBack ? rows.slice(-size) : rows.slice(0, size);
  const hasNewer = goesBack ? hasMore : Boolean(after);
  const hasOlder = goesBack || hasMore;
  return { shown, before: hasNewer ? shown[0]?._id : undefined, after: hasOlder ? shown.at(-1)?._id : undefined };
}
