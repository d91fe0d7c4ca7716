public import Intaglio
public import IntaglioData
public import IntaglioHardware
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

  public struct Port: Encodable {
    public let name: String
    public let direction: String
    public let bits: Int
  }

  public struct Program: Encodable {
    public let name: String
    public let sha256: SHA256Digest

    public init(name: String, sha256: SHA256Digest) { (self.name, self.sha256) = (name, sha256) }
  }

  /// What it was made from.
  public let program: Program
  public let part: String
  public let options: MachineOptions
  /// The name of the top module.
  public let top: String
  /// Lanes of a beat, and the bits of each.
  public let tile: Int
  public let laneBits: Int
  public let beatsIn: Int
  public let beatsOut: Int
  public let ports: [Port]
  public let inputs: [HardwareStreamReport]
  public let outputs: [HardwareStreamReport]
  public let array: Array
  public let cycles: Int
  public let multiplyAccumulates: Int
  public let utilization: Double
  public let modules: [String]
  public let memories: [Memory]
  public let steps: [HardwareLayer]
  /// Every file of the folder.
  public let files: [String]
  public let folder: String?

  /// - Parameters:
  ///   - module: the machine.
  ///   - design: the machine with what stands around it.
  ///   - program: what it was made from.
  ///   - others: files beside those of the design.
  ///   - folder: where they are.
  public init(
    _ module: HardwareModule,
    as design: Verilog.Design,
    of program: Program,
    others: [String],
    folder: String?
  ) {
    let machine = module.machine
    (self.program, options) = (program, machine.shape.options)
    let shape = machine.shape.array
    part = module.part.description
    top = design.top.name
    tile = shape.columns
    (laneBits, beatsIn, beatsOut) = (machine.laneBits, machine.beatsIn, machine.beatsOut)
    ports = design.top.ports.map {
      Port(name: $0.signal.name, direction: $0.direction.rawValue, bits: $0.signal.type.bits)
    }
    inputs = module.inputs.map { HardwareStreamReport($0) }
    outputs = module.outputs.map { HardwareStreamReport($0) }
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
    modules = design.modules.map(\.name)
    memories = machine.storage.map {
      Memory(name: $0.name, words: $0.words, bits: $0.bits)
    }
    files = (design.files.keys + [Verilog.Design.listName] + others).sorted()
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
        + "\(array.accumulator); units for rows in \(options.rowLanes) lanes, for sums in "
        + "\(options.drainLanes) columns"
        + (options.products > 1 ? "; \(options.products) products of an element in a cycle" : "")
        + (options.operandDigit < 8
          ? "; operands in digits of \(options.operandDigit) bits" : ""),
      "top       \(top); a beat has \(tile) lanes of \(laneBits) bits",
    ]
    lines += inputs.map { "in        \($0.text)" } + outputs.map { "out       \($0.text)" }
    lines += [
      "cycles    \(cycles), from the last beat in to the first beat out; "
        + "\(Format.percent(utilization)) of the array's multiply-accumulates used",
      "memories  \(memories.count), \(bits / 8 / 1024) KiB",
    ]
    if let folder {
      lines.append("files     \(files.count), \(modules.count) modules among them, in \(folder)")
    }
    return lines.joined(separator: "\n")
  }
}
