/// What the power of cells is computed from, in SI units.
public struct CellLibrary: Sendable {
  public let name: String
  /// Volts.
  public let voltage: Double
  public let cells: [String: Cell]

  public struct Cell: Sendable {
    public let name: String
    /// In the library's own unit: µm² where it says nothing else.
    public let area: Double
    /// Watts.
    public let leakage: Double
    public let pins: [String: Pin]
  }

  public struct Pin: Sendable {
    public let isInput: Bool
    /// Whether edges here clock the cell.
    public let isClock: Bool
    /// Farads; the mean of rising and falling.
    public let capacitance: Double
    /// Joules that stay in the cell when the pin changes.
    public let energies: [Arc]
    /// Seconds that an output takes.
    public let slews: [Arc]
  }

  /// Two tables, for a rising and a falling pin.
  public struct Arc: Sendable {
    /// The inputs that may be the reason; none where the pin itself is meant.
    public let related: [String]
    public let rise: LookupTable?
    public let fall: LookupTable?
  }
}
