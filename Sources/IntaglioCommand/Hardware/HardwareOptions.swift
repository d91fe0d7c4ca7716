public import ArgumentParser
import Intaglio
public import IntaglioHardware

/// Which part of which program becomes hardware.
struct HardwareOptions: ParsableArguments {
  @OptionGroup var program: ProgramArguments

  @Option(
    help: """
      What becomes hardware: 'attention:N', 'mlp:N' or 'block:N', counted from 0, from one residual \
      stream to the next; or 'network', from the quantized image to the logits' accumulators.
      """
  )
  var part = PartChoice(part: .attention(0))

  @OptionGroup var tile: TileOptions

  @Option(
    help: """
      Lanes with units for whole rows (norms and softmax), a divisor of --tile; 'all'; or 'auto': the \
      fewest with which the machine is at most a tenth slower than with all.
      """
  )
  var rowLanes = LaneChoice.automatic

  @Option(
    help: """
      Columns with units for sums (thresholds, streams, tables), a divisor of --tile; 'all'; or 'auto': \
      the fewest with which the machine is at most a twentieth slower than with all.
      """
  )
  var drainLanes = LaneChoice.automatic

  @Option(
    parsing: .unconditional,
    help: """
      Products that an element of the array adds in a cycle, 1, 2, 4 or 8, a divisor of --tile: one \
      accumulator for all of them, and as many slices read at once.
      """
  )
  var simd = 1

  @Option(
    parsing: .unconditional,
    help: """
      How many bits of an operand an element takes at once, at most, 2 to 8 (and a sign): products of wider \
      operands take a tile for each pair of digits, so a network of low bits keeps small elements.
      """
  )
  var operandDigit = 8

  @Option(
    parsing: .unconditional,
    help: """
      How many bits of a factor the multiplier of a norm takes in a cycle, at most, 1 to 64: fewer are \
      smaller and slower.
      """
  )
  var normDigit = 32

  @Option(
    parsing: .unconditional,
    help: "Registers between the multiplier and the adder of an element, 0 or 1."
  )
  var productStages = 0

  @Flag(
    help: """
      The upper part of every sum has a clock of its own: less power on a chip with gated clocks, more \
      logic and a slower clock on programmable logic.
      """
  )
  var splitSums = false

  @Flag(
    help: """
      Weights come over an AXI4-Stream of their own, w_axis, before the first input, and not from \
      weights.hex: for chips whose memories begin with nothing.
      """
  )
  var loadableWeights = false

  func validate() throws {
    try program.require([.integer, .integerOnly], job: "hardware has no floats")
    try Limits.check("--product-stages", productStages, in: 0...1)
    try Limits.check("--norm-digit", normDigit, in: 1...64)
    try Limits.check("--operand-digit", operandDigit, in: 2...8)
  }

  /// The program: a file's own where it is integers only, otherwise made so.
  func make(_ opened: OpenedModel) throws -> Program {
    try program.make(opened, otherwise: opened.source.isBuiltIn ? .integerOnly : .integer)
  }

  func module(_ program: Program) throws -> HardwareModule {
    try HardwareModule(program, part: part.part, tile: tile.tile, options: machine)
  }

  /// What the machine is made like.
  var machine: MachineOptions {
    MachineOptions(
      normDigit: normDigit,
      productStages: productStages,
      splitsSums: splitSums,
      hasLoadableWeights: loadableWeights,
      rowLanes: rowLanes,
      drainLanes: drainLanes,
      products: simd,
      operandDigit: operandDigit
    )
  }
}

extension LaneChoice: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
