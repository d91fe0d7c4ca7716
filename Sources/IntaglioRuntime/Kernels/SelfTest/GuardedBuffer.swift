#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Memory for one operand of a kernel under test, with guards on both sides.
///
/// The elements have no more than their natural alignment. `~Copyable` because it owns its memory.
struct GuardedBuffer<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let memory: UnsafeMutableRawBufferPointer
  private let placement: GuardPlacement
  private let guards: (before: Range<Int>, after: Range<Int>)

  init(_ values: [Element], placement: GuardPlacement) {
    let bytes = values.count * MemoryLayout<Element>.stride
    memory = placement.allocate(bytes + 2 * guardWidth)
    let start =
      switch placement {
      case .pattern: guardWidth
      case .inaccessiblePage: memory.count - bytes
      }
    let end = start + bytes
    guards = (start - guardWidth..<start, end..<min(end + guardWidth, memory.count))
    for index in guards.before { memory[index] = guardPattern }
    for index in guards.after { memory[index] = guardPattern }
    base = memory.baseAddress.unsafelyUnwrapped.advanced(by: start)
      .bindMemory(to: Element.self, capacity: max(values.count, 1))
    base.initialize(from: values, count: values.count)
    count = values.count
    self.placement = placement
    CaseRecorder.current?.note(base, bytes: bytes)
  }

  deinit {
    CaseRecorder.current?.note(base, bytes: nil)
    placement.deallocate(memory)
  }

  /// Whether no byte of the guards has changed.
  var isIntact: Bool {
    guards.before.allSatisfy { memory[$0] == guardPattern }
      && guards.after.allSatisfy { memory[$0] == guardPattern }
  }

  var values: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

private let guardWidth = 72
private let guardPattern: UInt8 = 0xa5

/// Where a kernel that leaves its operands is caught.
public enum GuardPlacement: Sendable, CaseIterable {
  /// A pattern on both sides of every operand shows writes.
  case pattern
  /// Every operand ends where an inaccessible page begins, so that a read beyond it ends the
  /// process, too.
  case inaccessiblePage

  /// At least `bytes`; whole pages before an inaccessible one.
  fileprivate func allocate(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
    switch self {
    case .pattern: .allocate(byteCount: bytes, alignment: 16)
    case .inaccessiblePage: mapPages((bytes + pageSize - 1) / pageSize * pageSize)
    }
  }

  fileprivate func deallocate(_ memory: UnsafeMutableRawBufferPointer) {
    switch self {
    case .pattern: memory.deallocate()
    case .inaccessiblePage: munmap(memory.baseAddress, memory.count + pageSize)
    }
  }
}

private var pageSize: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

/// Fresh pages with an inaccessible one behind them.
private func mapPages(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
  let protection = PROT_READ | PROT_WRITE
  let flags = MAP_PRIVATE | MAP_ANONYMOUS
  guard let start = mmap(nil, bytes + pageSize, protection, flags, -1, 0), start != MAP_FAILED,
    mprotect(start + bytes, pageSize, PROT_NONE) == 0
  else {
    preconditionFailure("kernel self-test: no memory for an operand of \(bytes) bytes")
  }
  return UnsafeMutableRawBufferPointer(start: start, count: bytes)
}
