public import IntaglioHardware

/// Area and power of the units that programs need, fed with what the programs compute.
public struct HardwarePower: Sendable {
  private let meter: PowerMeter
  private let models: [GlitchModel]

  /// - Parameters:
  ///   - cells: the library.
  ///   - clock: hertz.
  ///   - models: how changes within a cycle count.
  /// - Throws: `PowerError` when the library is missing or damaged.
  public init(cells: StandardCells, clock: Double, models: [GlitchModel]) throws {
    meter = try PowerMeter(cells: cells, clock: clock)
    self.models = models
  }

  /// How far a long measurement is.
  public struct Stage: Sendable {
    public let done: Int
    public let total: Int
  }

  /// The table of several parts: our element for each, the elements that it is compared with and the
  /// units at the edge for one of them.
  ///
  /// - Parameters:
  ///   - parts: a part of each program, and an input of the whole program.
  ///   - compared: the position of the part whose operands the others are fed with, too.
  ///   - products: how many operands an element is fed with, about.
  ///   - folder: gets all files.
  ///   - progress: told how many units are done.
  /// - Returns: rows in the order of the parts.
  /// - Throws: `PowerError`; `EvaluationError` from the oracle.
  public func measure(
    _ parts: [(module: HardwareModule, sample: [Float])],
    compared: Int,
    products: Int,
    in folder: String,
    progress: (Stage) -> Void = { _ in }
  ) throws -> PowerTable {
    var elements: [PowerSubject] = []
    var edges: [PowerSubject] = []
    for (index, part) in parts.enumerated() {
      let memory = try part.module.memory(for: part.sample)
      let study = PowerStudy(part.module.panels, memory: memory, products: products)
      guard let product = study.streams.first(where: \.hasWeights) else { continue }
      guard index == compared else {
        elements.append(try .outputStationary(product.stream))
        continue
      }
      elements += try PowerStudy.elements(product)
      edges = try study.edgeUnits()
    }
    var table = PowerTable()
    let total = elements.count + edges.count
    for (index, subject) in (elements + edges).enumerated() {
      progress(Stage(done: index, total: total))
      let rows = try meter.measure(subject, models, in: "\(folder)/unit-\(index)")
      if index < elements.count {
        table.processingElements += rows
      } else {
        table.edgeUnits += rows
      }
    }
    progress(Stage(done: total, total: total))
    return table
  }
}
