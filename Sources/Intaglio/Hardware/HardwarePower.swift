public import IntaglioHardware
public import IntaglioHardwareStudies

/// Area and power of the units that programs need, fed with what the programs compute.
public struct HardwarePower: Sendable {
  private let meter: PowerMeter
  private let models: [GlitchModel]
  private let gatings: [ClockGating]

  /// - Parameters:
  ///   - cells: the library.
  ///   - clock: hertz.
  ///   - models: how changes within a cycle count.
  ///   - gatings: of clocks.
  /// - Throws: `PowerError` when the library is missing or damaged.
  public init(
    cells: StandardCells = .osu018,
    clock: Double = 100e6,
    models: [GlitchModel] = GlitchModel.allCases,
    gatings: [ClockGating] = ClockGating.allCases
  ) throws {
    meter = try PowerMeter(cells: cells, clock: clock)
    (self.models, self.gatings) = (models, gatings)
  }

  /// How far a long measurement is.
  public struct Stage: Sendable {
    public let done: Int
    public let total: Int
    /// What is measured now; empty at the end.
    public let unit: String
  }

  /// Which products of a part get an element.
  public enum Selection: Hashable, Sendable {
    /// Every kind of the part whose operands the others are fed with, too; of other parts the first
    /// one with weights.
    case compact
    /// Every kind of every part.
    case all
  }

  /// The table of several parts: our element for each, the elements that it is compared with and the
  /// post-processing units for one of them.
  ///
  /// Where no part has weights of 4 bits and one has more, its codes are narrowed to 4 bits.
  ///
  /// - Parameters:
  ///   - parts: a part of each program, and an input of the whole program.
  ///   - compared: the position of the part whose operands the others are fed with, too.
  ///   - selection: which products get an element.
  ///   - products: how many operands an element is fed with, about.
  ///   - folder: gets all files.
  ///   - progress: told before every unit, and at the end.
  /// - Returns: rows in the order of the parts.
  /// - Throws: `PowerError`; `EvaluationError` from the oracle.
  public func measure(
    _ parts: [(module: HardwareModule, sample: [Float])],
    compared: Int,
    selection: Selection = .compact,
    products: Int = 2000,
    in folder: String,
    progress: (Stage) -> Void = { _ in }
  ) throws -> PowerTable {
    let (elements, edges) = try subjects(parts, compared, selection, products)
    var table = PowerTable()
    let units = elements + edges
    for (index, subject) in units.enumerated() {
      let name = "\(subject.kind.rawValue), \(subject.operands)"
      progress(Stage(done: index, total: units.count, unit: name))
      // Enables of edge units come from long logic, too late for a gate without a latch: no gates there.
      let chosen = index < elements.count ? gatings : [.ungated]
      let rows = try meter.measure(subject, models, chosen, in: "\(folder)/unit-\(index)")
      if index < elements.count {
        table.processingElements += rows
      } else {
        table.edgeUnits += rows
      }
    }
    progress(Stage(done: units.count, total: units.count, unit: ""))
    return table
  }

  /// The elements of all parts, and the edge units of the part at `compared`.
  private func subjects(
    _ parts: [(module: HardwareModule, sample: [Float])],
    _ compared: Int,
    _ selection: Selection,
    _ products: Int
  ) throws -> (elements: [PowerSubject], edges: [PowerSubject]) {
    var elements: [PowerSubject] = []
    var edges: [PowerSubject] = []
    var first: [OperandStream] = []
    for (index, part) in parts.enumerated() {
      let memory = try part.module.memory(for: part.sample)
      let study = PowerStudy(part.module.panels, memory: memory, products: products)
      let kinds = study.kinds
      guard let weights = kinds.first(where: \.hasWeights) else { continue }
      first.append(weights.stream)
      if index == compared {
        elements += try PowerStudy.elements(weights)
        edges = try study.edgeUnits()
      } else {
        elements.append(try .outputStationary(weights.stream))
      }
      guard index == compared || selection == .all else { continue }
      for other in kinds where other.stream != weights.stream {
        elements.append(try .outputStationary(other.stream))
      }
    }
    if !first.contains(where: { $0.column.bits == 4 }),
      let wide = first.first(where: { min($0.row.bits, $0.column.bits) > 4 })
    {
      elements.append(try .outputStationary(wide.narrowed(to: 4)))
    }
    return (elements, edges)
  }
}
