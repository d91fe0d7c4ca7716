public import Intaglio

/// A matrix multiplication kernel on its own, on one thread.
public struct KernelTiming: Sendable {
  public let name: String
  /// Of weights.
  public let bits: Int
  /// Multiply-accumulates of one pass.
  public let macs: Int
  /// Elements of the result.
  public let elements: Int
  private let pass: @Sendable () -> Int32

  /// The multiplication of `rows` rows by one panel of weights, as steps make it again and again, by
  /// every kernel of the table that takes operands of `bits`; weights are unpacked before.
  public static func panels(
    _ table: KernelTable,
    bits: Int,
    depth: Int,
    rows: Int = 197
  ) -> [KernelTiming] {
    let columns = WeightKernels.panelColumns
    let largest = 1 << (bits - 1)
    let kernels = table.gemms.filter {
      $0.isExact(largestA: 2 * largest - 1, rangeB: -largest...largest - 1)
    }
    return kernels.map { kernel in
      var random = SplitMix64(seed: 1)
      let a = (0..<rows * depth).map { _ in
        UInt8.random(in: 0...UInt8(2 * largest - 1), using: &random)
      }
      let b = (0..<depth * columns).map { _ in
        Int8.random(in: Int8(-largest)...Int8(largest - 1), using: &random)
      }
      var packed = [UInt8](repeating: 0, count: kernel.packedSize(k: depth, n: columns))
      kernel.pack(k: depth, n: columns, b: b, rowStride: columns, columnStride: 1, into: &packed)
      return KernelTiming(
        name: "\(kernel.name), k \(depth)",
        bits: bits,
        macs: rows * depth * columns,
        elements: rows * columns
      ) { [packed] in
        var c = [Int32](repeating: 0, count: rows * columns)
        kernel.run(
          m: rows,
          n: columns,
          k: depth,
          a: a,
          lda: depth,
          packed: packed,
          c: &c,
          ldc: columns
        )
        return c[c.count - 1]
      }
    }
  }

  /// One row by packed weights, the layers of a ViT-L one after another: 300 MB at 8 bits, more than
  /// caches hold.
  public static func row(_ table: KernelTable, bits: Int, layers: Int = 72) -> KernelTiming {
    let (depth, columns) = (1024, 4096)
    let size = WeightKernels.packedSize(width: bits, k: depth, n: columns)
    var random = SplitMix64(seed: 1)
    let weights = (0..<layers * size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let a = (0..<depth).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return KernelTiming(
      name: "\(table.weights.name), one row",
      bits: bits,
      macs: layers * depth * columns,
      elements: layers * columns
    ) {
      var c = [Int32](repeating: 0, count: columns)
      var last: Int32 = 0
      weights.withUnsafeBytes { bytes in
        for layer in 0..<layers {
          guard let packed = bytes.baseAddress.map({ $0 + layer * size }) else { return }
          table.weights.multiplyRows(
            width: bits,
            m: 1,
            n: columns,
            k: depth,
            a: a,
            lda: depth,
            packed: packed,
            c: &c,
            ldc: columns
          )
          last &+= c[layer]
        }
      }
      return last
    }
  }

  /// One number of the result, so that nothing of the pass can be left out.
  public func run() -> Int32 { pass() }

  /// Runs for a while, three times at least.
  ///
  /// - Returns: the seconds of each pass.
  public func measure(for seconds: Double) -> Timings {
    let end = ContinuousClock.now + .seconds(seconds)
    var times: [Double] = []
    while ContinuousClock.now < end || times.count < 3 {
      let start = ContinuousClock.now
      _ = run()
      times.append((ContinuousClock.now - start) / .seconds(1))
    }
    return Timings(times)
  }
}
