import CIntaglioKernels

/// What a kernel needs of the processor: a set of features, none for portable C.
///
/// Sets are compared as sets: a kernel runs where its set is within that of the machine, and is
/// chosen where it is within a limit as well. Of two kernels within it, the one that stands later in
/// its family's list is the better; neither set need be within the other. Which sets there are, their
/// names and their features come from the table in C (`intaglio_isa_table.h`), for every architecture:
/// features of another one are never there.
public struct InstructionSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ isa: intaglio_isa) { self.init(rawValue: isa.rawValue) }

  /// Portable C; every other kernel is compared with it.
  public static let scalar: InstructionSet = []

  /// Every feature there is: the limit that forbids nothing.
  public static let unlimited = InstructionSet(rawValue: .max)

  /// Every set that kernels are written for, on whatever machine, `scalar` first.
  public static let listed: [InstructionSet] = entries.map(\.set)

  /// Every listed set that this machine has, `scalar` first.
  public static var supported: [InstructionSet] { listed.filter(\.isSupported) }

  /// The listed set with this name, such as `avx2`.
  public init?(named name: String) {
    guard let entry = Self.entries.first(where: { $0.name == name }) else { return nil }
    self = entry.set
  }

  /// Whether this processor and its operating system have every feature; those of `scalar` always.
  public var isSupported: Bool { intaglio_isa_supported(intaglio_isa(rawValue)) }

  private struct Entry {
    let name: String
    let set: InstructionSet
  }

  private static let entries: [Entry] = {
    var count = 0
    let first = intaglio_isa_list(&count)
    return UnsafeBufferPointer(start: first, count: count).map {
      Entry(name: String(cString: $0.name), set: InstructionSet($0.isa))
    }
  }()
}

extension InstructionSet: CustomStringConvertible {
  /// The name, as at the end of the kernels' names; of a set without one the names of those within it.
  public var description: String {
    if self == .unlimited { return "all" }
    if let entry = Self.entries.first(where: { $0.set == self }) { return entry.name }
    return Self.entries.filter { $0.set.isSubset(of: self) }.map(\.name).joined(separator: "+")
  }
}
