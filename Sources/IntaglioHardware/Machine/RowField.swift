/// What a command of whole rows consists of: a field of its word each.
enum RowField: String, WordField {
  /// What tells the function from others of its unit: where its channels begin, and a number of its own.
  case firstChannel = "first_channel"
  case parameter
  /// Behind the last command: the table is read.
  case isEnd = "is_end"
  /// How many tiles must be in memory before it begins.
  case needsTiles = "needs_tiles"
  case unit
  /// Of a row.
  case words
  /// The first word of the rows, and of their codes.
  case source
  case result
  /// The lanes that have the units this time.
  case group
  /// What is subtracted from every code before it is stored.
  case zeroPoint = "zero_point"
}
