import Intaglio
import LayerBenchmarks
import Testing

/// What the package in `Benchmarks` times; never how long it takes.
@Suite("Benchmarks of layers")
struct LayerBenchmarkTests {
  /// The networks whose layers are small enough to be run here.
  private static let small = Network.all.filter { $0.width <= 192 || $0.tokens < 100 }

  @Test(
    "a layer runs on nothing but integers, does the stated work and spreads its codes",
    arguments: Layer.Kind.allCases,
    [3, 8]
  )
  func layers(kind: Layer.Kind, bits: Int) throws {
    for network in Self.small {
      for layer in try Layer.all(kind, of: network, bits: bits) {
        let timing = try LayerTiming(layer, threads: 1, kernels: KernelTable())
        let steps = try timing.steps()
        #expect(
          !steps.isEmpty && steps.allSatisfy { step in !step.passes.contains(where: \.usesFloats) }
        )
        #expect(steps.reduce(0) { $0 + $1.macs } == layer.macs, "\(layer.name)")
        let codes = try timing.run()
        #expect(codes.count == layer.elements, "\(layer.name)")
        let counts = Dictionary(codes.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(Double(counts.values.max() ?? 0) < 0.75 * Double(codes.count), "\(layer.name)")
        #expect(counts.count >= min(1 << bits - 1, 64), "\(layer.name): \(counts.count) codes")
      }
    }
  }

  @Test("every kernel that takes the operands multiplies the same panel", arguments: 2...8)
  func panels(bits: Int) {
    for depth in [5, 64, 192] {
      let timings = KernelTiming.panels(KernelTable(), bits: bits, depth: depth, rows: 7)
      #expect(Set(timings.map(\.name)).count == timings.count && !timings.isEmpty)
      #expect(Set(timings.map { $0.run() }).count == 1)
    }
  }

  @Test("one row by packed weights is the same on every instruction set", arguments: 2...8)
  func row(bits: Int) {
    let results = InstructionSet.supported.map {
      KernelTiming.row(KernelTable(limit: $0), bits: bits, layers: 1).run()
    }
    #expect(Set(results).count == 1)
  }

  @Test("the lists hold every kind of layer of every network, each under a name of its own")
  func lists() throws {
    for kind in Layer.Kind.allCases {
      let names = try Network.all.flatMap { network in
        try Layer.all(kind, of: network, bits: 2).map(\.name)
      }
      #expect(names.count == Network.all.count * (kind == .gemm ? 4 : 1))
      #expect(Set(names).count == names.count)
    }
  }

  @Test("windows and heads divide the dimensions", arguments: Network.all)
  func extents(network: Network) {
    #expect(network.tokens % network.window == 0 && network.width % network.heads == 0)
    #expect(
      network.attentions * network.window * network.headWidth == network.tokens * network.width
    )
  }
}
