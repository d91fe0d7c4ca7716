import ArgumentParser
import Intaglio
import LayerBenchmarks

/// Layers of real networks, one by one, and whole models, each beside the machine's peak.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmarks",
    abstract: "Time the layers of real networks one by one, and whole models.",
    discussion: """
      Layers: gemm, attention, norm, softmax, steps; models: models; multiplications alone: kernels.
      All of them when none is named. Shapes are those of DeiT and ViT at 224 pixels and of the stages
      of Swin-T.

      Example:
        swift run -c release --package-path Benchmarks Benchmarks gemm attention --threads 1
      """
  )

  @Argument(help: "What to time.")
  var kinds: [String] = []

  @Option(help: "The widths of codes, 2 to 8.")
  var bits: [Int] = [3, 8]

  @Option(help: "How many threads share a layer.")
  var threads = 1

  @Option(help: "How many seconds for each layer.")
  var seconds = 0.2

  @Option(help: "Use no kernel beyond this instruction set: \(Self.limits).")
  var isa = "\(InstructionSet.unlimited)"

  private static let limits = (InstructionSet.listed + [.unlimited]).map(\.description)
    .joined(separator: ", ")

  private static let models = "models"
  private static let kernels = "kernels"
  private var known: [String] {
    [Self.kernels] + Layer.Kind.allCases.map(\.rawValue) + [Self.models]
  }

  func validate() throws {
    for kind in kinds where !known.contains(kind) {
      throw ValidationError("expected \(known.joined(separator: ", ")), found \(kind)")
    }
    guard bits.allSatisfy((2...8).contains) else {
      throw ValidationError("--bits: expected 2 to 8, found \(bits)")
    }
    guard threads > 0 else {
      throw ValidationError("--threads: expected at least 1, found \(threads)")
    }
    guard seconds.isFinite, seconds >= 0 else {
      throw ValidationError("--seconds: expected a number from 0 on, found \(seconds)")
    }
    guard limit != nil else {
      throw ValidationError("--isa: expected one of \(Self.limits), found \(isa)")
    }
  }

  private var limit: InstructionSet? {
    isa == InstructionSet.unlimited.description ? .unlimited : InstructionSet(named: isa)
  }

  func run() throws {
    let limit = limit ?? .scalar
    let peak = PeakRate(threads: threads, limit: limit)
    print(
      "\(Machine.processor), \(peak.instructionSet), \(threads) threads: "
        + "\(Format.significant(peak.macsPerSecond * 1e-9)) GMAC/s on registers alone"
    )
    for kind in known where kinds.isEmpty || kinds.contains(kind) {
      print("\n\(kind)")
      if let kind = Layer.Kind(rawValue: kind) {
        print(try layers(kind, limit, peak).text)
      } else if kind == Self.kernels {
        print(multiplications(limit, peak).text)
      } else {
        print(try models(limit, peak).text)
      }
    }
  }

  private func layers(
    _ kind: Layer.Kind,
    _ limit: InstructionSet,
    _ peak: PeakRate
  ) throws -> Table {
    var table = Self.table
    for network in Network.all {
      for bits in bits {
        for layer in try Layer.all(kind, of: network, bits: bits) {
          let timing = try LayerTiming(
            layer,
            threads: threads,
            kernels: KernelTable(limit: limit)
          )
          let times = try timing.measure(for: seconds)
          Self.append(layer.name, bits, times, layer.macs, layer.elements, peak, to: &table)
        }
      }
    }
    return table
  }

  /// One thread has a share of what all reach.
  private func multiplications(_ limit: InstructionSet, _ peak: PeakRate) -> Table {
    let table = KernelTable(limit: limit)
    var result = Self.table
    for bits in bits {
      let panels = [64, 192, 384, 768, 1536, 3072].flatMap {
        KernelTiming.panels(table, bits: bits, depth: $0)
      }
      for timing in panels + [KernelTiming.row(table, bits: bits)] {
        let times = timing.measure(for: seconds)
        Self.append(timing.name, bits, times, timing.macs, timing.elements, peak, to: &result)
      }
    }
    return result
  }

  private func models(_ limit: InstructionSet, _ peak: PeakRate) throws -> Table {
    var table = Self.table
    for name in ["deit-t", "deit-s", "deit-b"] {
      for bits in bits {
        let architecture = try ViTArchitecture(named: name, bits: bits)
        let options = ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
        let program = try Program(architecture, options, threads: threads)
        guard let proof = program.proof else { continue }
        let bench = try Bench(
          proof,
          threads: threads,
          batch: 1,
          kernels: KernelTable(limit: limit)
        )
        let times = Timings(try bench.times(for: seconds))
        Self.append(name, bits, times, program.coverage.macs, 1000, peak, to: &table)
      }
    }
    return table
  }

  private static var table: Table {
    Table([
      .init("layer"), .init("bits", .right), .init("min ms", .right), .init("median ms", .right),
      .init("GMAC/s", .right), .init("of peak", .right), .init("G elements/s", .right),
    ])
  }

  /// Rates are those of the shortest time, as the peak is.
  private static func append(
    _ name: String,
    _ bits: Int,
    _ times: Timings,
    _ macs: Int,
    _ elements: Int,
    _ peak: PeakRate,
    to table: inout Table
  ) {
    let rate = Double(macs) / times.least
    table.append([
      name, "\(bits)", Format.fixed(times.least * 1e3, digits: 4),
      Format.fixed(times.median * 1e3, digits: 4),
      macs > 0 ? Format.significant(rate * 1e-9) : "",
      macs > 0 ? Format.percent(rate / peak.macsPerSecond, digits: 0) : "",
      Format.significant(Double(elements) / times.least * 1e-9),
    ])
  }
}
