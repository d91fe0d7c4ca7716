import BigInt
import IntaglioNumerics

/// The whole machine for one schedule: array, sequencer, edge units, memories and two AXI4-Streams.
///
/// It takes the inputs of the program word by word, runs the table of commands, and gives the outputs
/// word by word; then it is ready for the next inputs. A beat of a stream is one word: lane 0 in the
/// lowest bits, each lane in whole bytes, with its sign.
public struct TileMachine: Sendable {
  public let shape: MachineShape

  /// What works on whole rows; `nil` where no step does.
  var rows: RowUnit? { shape.rowUnits.isEmpty ? nil : RowUnit(shape: shape) }
  /// Whether weights come over a stream of their own, and not from a file.
  public var hasLoadableWeights: Bool { shape.options.hasLoadableWeights }

  /// The machine of `shape`, made as its options say.
  public init(_ shape: MachineShape) { self.shape = shape }

  /// A memory of the machine.
  public struct Storage: Hashable, Sendable {
    public let name: String
    public let words: Int
    public let bits: Int
  }

  /// Every memory but the rows that softmaxes keep.
  public var storage: [Storage] {
    let tables = images.map { Storage(name: $0.name, words: $0.words.count, bits: $0.bits) }
    return tables + [
      Storage(name: "codes", words: schedule.sizes[.codes] ?? 0, bits: 2 * tile * shape.codeBits),
      Storage(
        name: "row_codes",
        words: schedule.sizes[.rowCodes] ?? 0,
        bits: 2 * tile * shape.codeBits
      ),
      Storage(
        name: "wide",
        words: schedule.sizes[.wide] ?? 0,
        bits: (rows == nil ? 1 : 2) * tile * shape.wide.bits
      ),
    ]
  }

  /// What takes how long.
  public var timing: TileTiming { TileTiming(shape) }

  typealias Signal = Verilog.Signal
  typealias Expression = Verilog.Expression
  typealias Affine = Verilog.Affine

  var schedule: TileSchedule { shape.schedule }
  var tile: Int { shape.tile }

  /// Words of one panel that a stream carries.
  struct Region: Hashable {
    let memory: TileMemory
    let first: Int
    let count: Int
  }

  /// The words that come in, in their order, and those that go out.
  var inputs: [Region] { schedule.program.inputs.flatMap { regions($0.panel) } }
  var outputs: [Region] { schedule.program.outputs.flatMap { regions($0.panel) } }

  /// The words of a panel: in one piece, or block by block where something lies between.
  private func regions(_ panel: PanelIndex) -> [Region] {
    let (shape, address) = (schedule.program[panel], schedule.addresses[panel.index])
    let blocks = (shape.lanes + tile - 1) / tile
    let words = TileSchedule.words(shape.depth, products: schedule.products)
    guard words > shape.depth else {
      return [Region(memory: address.memory, first: address.word, count: blocks * shape.depth)]
    }
    return (0..<blocks).map { block in
      Region(memory: address.memory, first: address.word + block * words, count: shape.depth)
    }
  }

  /// The bits of a lane in a beat: whole bytes.
  public var laneBits: Int { (widest(inputs + outputs) + 7) / 8 * 8 }

  /// The most bits that a lane of `regions` has.
  private func widest(_ regions: [Region]) -> Int {
    let memories = Set(regions.map(\.memory))
    return max(
      memories.contains(.wide) ? shape.wide.bits : 1,
      memories.contains(.codes) ? shape.codeBits : 1
    )
  }

  /// The beats that carry `port`, given the elements of its value; lanes that hold nothing are `nil`.
  ///
  /// - Precondition: `elements` are those of the whole value.
  public func beats(of port: PanelProgram.Port, _ elements: [Int]) -> [StreamBench.Beat] {
    let panel = schedule.program[port.panel]
    return (0..<(panel.lanes + tile - 1) / tile).flatMap { block in
      (0..<panel.depth).map { word in
        (0..<tile).map { lane in
          let lane = block * tile + lane
          guard lane < panel.lanes else { return nil }
          let element = port.elements[word * panel.lanes + lane]
          guard element >= 0 else { return nil }
          let number = elements[element]
          return BigUInt(number < 0 ? number + 1 << laneBits : number)
        }
      }
    }
  }

  /// How many beats an input has, and how many a result.
  public var beatsIn: Int { inputs.reduce(0) { $0 + $1.count } }
  public var beatsOut: Int { outputs.reduce(0) { $0 + $1.count } }

  // MARK: Ports

  var inputData: Signal { Signal("s_axis_tdata", .unsigned(tile * laneBits)) }
  let inputValid = Signal("s_axis_tvalid", .bit)
  let inputReady = Signal("s_axis_tready", .bit)
  let inputLast = Signal("s_axis_tlast", .bit)
  var outputData: Signal { Signal("m_axis_tdata", .unsigned(tile * laneBits)) }
  let outputValid = Signal("m_axis_tvalid", .bit)
  let outputReady = Signal("m_axis_tready", .bit)
  let outputLast = Signal("m_axis_tlast", .bit)
  let error = Signal("error_o", .bit)

  /// The machine and all its modules and images.
  ///
  /// - Throws: `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults of this generator.
  public func design() throws -> Verilog.Design {
    try Verilog.Design(try module(), images: images)
  }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let memories = try self.memories()
    let units = try self.parts()
    return try Verilog.Module(
      "tile_machine",
      summary: [
        "\(schedule.program.steps.count) steps of an integer program on an array of \(tile) x \(tile) "
          + "elements, \(shape.array.rowOperand) x \(shape.array.columnOperand) into "
          + "\(shape.array.accumulator).",
        "Takes \(beatsIn) words of \(tile) lanes, gives \(beatsOut); a lane of a beat has \(laneBits) bits.",
      ],
      ports: [.input(ClockedPorts.clock), .input(ClockedPorts.reset)]
        + [inputData, inputValid, inputLast, outputReady].map(Verilog.Port.input)
        + [inputReady, outputData, outputValid, outputLast, error].map(Verilog.Port.output)
        + (hasLoadableWeights ? weightPorts : []),
      sections: Verilog.Section.declaredFirst(
        "What is kept, and what passes between the parts.",
        [phases, framing, loading, storing, addresses]
          + (hasLoadableWeights ? [weightLoading, unusedWeightBits] : [])
          + memories + [operands] + units + [
            .unused(
              [valid, isUnsigned(.rows), isUnsigned(.columns)]
                + (widest(inputs) < laneBits ? [inputData] : [])
            )
          ]
      )
    )
  }
}
