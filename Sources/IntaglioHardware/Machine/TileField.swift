/// What a command of the array consists of: a field of its word each.
enum TileField: String, WordField {
  /// Behind the last command: the table is read.
  case isEnd = "is_end"
  /// How many tiles must be in memory, and how many blocks of rows done, before it begins.
  case needsTiles = "needs_tiles"
  case needsBlocks = "needs_blocks"
  /// The memory of each operand, whether its codes have no sign, and its first word.
  case rowsFrom = "rows_from"
  case columnsFrom = "columns_from"
  case rowsUnsigned = "rows_unsigned"
  case columnsUnsigned = "columns_unsigned"
  case rows
  case columns
  /// Slices, and cycles until the next command.
  case depth
  case slots
  /// How many of the products of an element the last slice has, less 1.
  case tail
  /// Which bits of each operand the elements take, among `TileSchedule.parts`.
  case rowPart = "row_part"
  case columnPart = "column_part"
  /// What the sums are worth, among `TileSchedule.shifts`; whether sums that were kept are added, and these kept.
  case shift
  case adds
  case keeps
  /// Words of the result.
  case words
  /// What becomes of the sums, and where parameters and the older stream of the first word stand.
  case epilogue
  case parameter
  case residual
  /// Whether one word of the older stream goes with all words: what quotients divide by.
  case divides
  /// What is subtracted from every number before it is stored.
  case zeroPoint = "zero_point"
  /// Whether the result is no codes, and its first word.
  case toWide = "to_wide"
  case result
}
