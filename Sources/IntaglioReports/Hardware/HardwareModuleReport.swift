public import Intaglio
import IntaglioHardware
import IntaglioReport

/// What was made of a part of a program, as JSON and as text.
public struct HardwareModuleReport: Report {
  public struct Array: Encodable {
    public let rows: Int
    public let columns: Int
    public let rowOperand: String
    public let columnOperand: String
    public let accumulator: String
  }

  public struct Memory: Encodable {
    public let name: String
    public let words: Int
    public let bits: Int
  }

  public let part: String
  public let array: Array
  public let cycles: Int
  public let multiplyAccumulates: Int
  public let utilization: Double
  public let modules: [String]
  public let memories: [Memory]
  public let steps: [HardwareLayer]
  public let folder: String?

  public init(_ module: HardwareModule, folder: String?) {
    let machine = module.machine
    let shape = machine.shape.array
    part = module.part.description
    array = Array(
      rows: shape.rows,
      columns: shape.columns,
      rowOperand: "\(shape.rowOperand)",
      columnOperand: "\(shape.columnOperand)",
      accumulator: "\(shape.accumulator)"
    )
    cycles = machine.timing.latency
    let cost = MachineCost(machine)
    steps = cost.steps.map { HardwareLayer([$0], cost) }
    multiplyAccumulates = cost.multiplyAccumulates
    utilization = cost.utilization
    modules = module.design.modules.map(\.name)
    memories = machine.storage.map {
      Memory(name: $0.name, words: $0.words, bits: $0.bits)
    }
    self.folder = folder
  }

  public var text: String {
    var table = Table([
      .init("step"), .init("work"), .init("words × lanes", .right), .init("cycles", .right),
      .init("array used", .right),
    ])
    for step in steps {
      table.append([
        step.name, step.work, "\(step.words) × \(step.lanes)", "\(step.cycles)",
        step.utilization.map { Format.percent($0) } ?? "",
      ])
    }
    let bits = memories.reduce(0) { $0 + $1.words * $1.bits }
    var lines = [
      table.text, "",
      "part      \(part)",
      "array     \(array.rows) × \(array.columns), \(array.rowOperand) × \(array.columnOperand) into "
        + "\(array.accumulator)",
      "cycles    \(cycles), from the last beat in to the first beat out; "
        + "\(Format.percent(utilization)) of the array's multiply-accumulates used",
      "memories  \(memories.count), \(bits / 8 / 1024) KiB",
    ]
    if let folder { lines.append("files     \(modules.count) modules in \(folder)") }
    return lines.joined(separator: "\n")
  }
}
