/// What an inspector may find on a machined part; the raw value is the label in the files.
public enum SurfaceClass: UInt8, CaseIterable, Sendable {
  case flawless, scratch, dent, stain, crack, pit

  /// The name shown to people: `flawless`, `scratch` and so on.
  public var name: String {
    switch self {
    case .flawless: "flawless"
    case .scratch: "scratch"
    case .dent: "dent"
    case .stain: "stain"
    case .crack: "crack"
    case .pit: "pit"
    }
  }
}
