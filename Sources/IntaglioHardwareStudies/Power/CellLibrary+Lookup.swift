extension CellLibrary {
  /// The cell of that name.
  ///
  /// - Throws: `PowerError.unknownCell`.
  public func cell(_ name: String) throws(PowerError) -> Cell {
    guard let cell = cells[name] else { throw .unknownCell(name, library: self.name) }
    return cell
  }
}
