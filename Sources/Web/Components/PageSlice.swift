/// The rows of one page of a list that is paged by key, and where the next page begins.
struct PageSlice<Row> {
  let shown: [Row]
  /// `nil` on the last page.
  let next: Cursor?

  /// `found` holds one row more than `length` when there is a next page.
  init(_ found: [Row], length: Int, cursor: (Row) -> Cursor) {
    shown = Array(found.prefix(length))
    next = found.count > length ? shown.last.map(cursor) : nil
  }
}
