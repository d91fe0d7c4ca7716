/// The constants of a plan while it is built: weights as a kernel wants them, tables, parameters.
struct ConstantPool {
  private(set) var blocks: [[UInt8]] = []
  private var known: [[UInt8]: Int] = [:]

  /// How many bytes all constants take.
  var size: Int { blocks.reduce(0) { $0 + MemoryPlan.aligned($1.count) } }

  /// Keeps `values`, once however often they are added.
  mutating func add(_ values: [some BitwiseCopyable]) -> Region {
    add(bytes: values.withUnsafeBytes(Array.init))
  }

  /// Keeps what `write` leaves in `count` zeroed bytes.
  mutating func add(count: Int, writing write: (UnsafeMutableRawBufferPointer) -> Void) -> Region {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes(write)
    return add(bytes: bytes)
  }

  /// All blocks in one piece of memory, and where each starts.
  func laidOut() -> (memory: AlignedMemory, offsets: [Int]) {
    let memory = AlignedMemory(count: size)
    var (offsets, end) = ([Int](), 0)
    for block in blocks {
      offsets.append(end)
      block.withUnsafeBytes { bytes in
        if let source = bytes.baseAddress {
          (memory.base + end).copyMemory(from: source, byteCount: bytes.count)
        }
      }
      end += MemoryPlan.aligned(block.count)
    }
    return (memory, offsets)
  }

  private mutating func add(bytes: [UInt8]) -> Region {
    let index = known[bytes] ?? blocks.count
    if index == blocks.count {
      blocks.append(bytes)
      known[bytes] = index
    }
    return Region(space: .constant, index: index)
  }
}
