import ArgumentParser

/// How large an array is.
struct TileOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Rows and columns of the systolic array, 1 to 256.")
  var tile = 16

  func validate() throws { try Limits.check("--tile", tile, in: 1...256) }
}
