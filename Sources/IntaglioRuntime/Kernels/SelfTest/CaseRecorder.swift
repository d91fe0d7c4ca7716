import Synchronization

/// Keeps calls of the scalar kernels with what they answered, for machines that this one is not.
///
/// The program in `Tests/KernelReplay` repeats them there. Kept are the calls of up to 1 KiB and, of each
/// kernel, every fifth of up to 64.
///
/// All numbers are little-endian:
///
///     file:      "INTAGLIO", u32 version = 1, u32 how many cases, the cases
///     case:      u32 how many bytes follow, u8 length and name of the kernel without its instruction set,
///                u8 how many arguments, the arguments in the order of the call, behind them those that a
///                structure among them points to
///     argument:  "i", 64 bits: an integer
///                "f", 32 bits: a float
///                "0": a null pointer
///                "p" or "r": an operand of bytes or of floats; u32 how many bytes, the bytes before the
///                call, and "=" where they stay the same, "~" where they may become anything, or "!" and the
///                bytes after it
///
/// Of two NaN it does not matter which is found.
final class CaseRecorder: Sendable {
  /// Who listens to kernels and operands, if anybody does.
  @TaskLocal static var current: CaseRecorder?

  private struct State {
    var cases: [UInt8] = []
    var count: UInt32 = 0
    var calls: [String: Int] = [:]
    /// How many bytes the operands at these addresses have.
    var sizes: [UInt: Int] = [:]
  }

  private let state = Mutex(State())

  /// The file.
  var file: [UInt8] {
    state.withLock {
      Array("INTAGLIO".utf8) + bytes(of: UInt32(1)) + bytes(of: $0.count) + $0.cases
    }
  }

  /// Learns of an operand's memory, or that it is no more.
  func note(_ operand: UnsafeRawPointer, bytes: Int?) {
    let address = UInt(bitPattern: operand)
    state.withLock { $0.sizes[address] = bytes }
  }

  /// Calls the kernel and may keep the case.
  func record(
    _ kernel: String,
    _ arguments: [CaseArgument],
    scratch: Int?,
    call: () -> Void
  ) {
    let sizes = state.withLock(\.sizes)
    guard arguments.allSatisfy({ $0.isKnown(sizes) }) else { return call() }
    let before = arguments.map { $0.contents(sizes) }
    call()
    var record = [UInt8(kernel.utf8.count)] + Array(kernel.utf8) + [UInt8(arguments.count)]
    for (index, argument) in arguments.enumerated() {
      record += argument.head
      guard let before = before[index], let after = argument.contents(sizes) else { continue }
      record += bytes(of: UInt32(before.count)) + before
      record.append(UInt8(ascii: index == scratch ? "~" : before == after ? "=" : "!"))
      if index != scratch && before != after { record += after }
    }
    keep(bytes(of: UInt32(record.count)) + record, of: kernel)
  }

  private func keep(_ record: [UInt8], of kernel: String) {
    state.withLock { state in
      let calls = state.calls[kernel, default: 0]
      state.calls[kernel] = calls + 1
      guard record.count <= 1 << 10 || (record.count <= 1 << 16 && calls % 5 == 0) else { return }
      state.cases += record
      state.count += 1
    }
  }
}

/// What a kernel is called with.
enum CaseArgument {
  case integer(Int64)
  case real(Float)
  case null
  /// An operand, or one element of `stride` bytes that is none.
  case memory(UnsafeRawPointer, stride: Int?, isReal: Bool)

  fileprivate var head: [UInt8] {
    switch self {
    case .integer(let value): [UInt8(ascii: "i")] + bytes(of: value)
    case .real(let value): [UInt8(ascii: "f")] + bytes(of: value)
    case .null: [UInt8(ascii: "0")]
    case .memory(_, _, let isReal): [UInt8(ascii: isReal ? "r" : "p")]
    }
  }

  /// Whether it is clear how large it is.
  fileprivate func isKnown(_ sizes: [UInt: Int]) -> Bool {
    guard case .memory(let start, let stride, _) = self else { return true }
    return stride != nil || sizes[UInt(bitPattern: start)] != nil
  }

  fileprivate func contents(_ sizes: [UInt: Int]) -> [UInt8]? {
    guard case .memory(let start, let stride, _) = self else { return nil }
    let count = sizes[UInt(bitPattern: start)] ?? stride ?? 0
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}

private func bytes<Value: BitwiseCopyable>(of value: Value) -> [UInt8] {
  withUnsafeBytes(of: value, Array.init)
}

/// The types that kernels take.
protocol RecordedArgument {
  var recorded: CaseArgument { get }
}

extension Int: RecordedArgument {
  var recorded: CaseArgument { .integer(Int64(self)) }
}

extension Int32: RecordedArgument {
  var recorded: CaseArgument { .integer(Int64(self)) }
}

extension UInt32: RecordedArgument {
  var recorded: CaseArgument { .integer(Int64(self)) }
}

extension UInt8: RecordedArgument {
  var recorded: CaseArgument { .integer(Int64(self)) }
}

extension Bool: RecordedArgument {
  var recorded: CaseArgument { .integer(self ? 1 : 0) }
}

extension Float: RecordedArgument {
  var recorded: CaseArgument { .real(self) }
}

extension UnsafePointer: RecordedArgument {
  var recorded: CaseArgument {
    .memory(self, stride: MemoryLayout<Pointee>.stride, isReal: Pointee.self == Float.self)
  }
}

extension UnsafeMutablePointer: RecordedArgument {
  var recorded: CaseArgument { UnsafePointer(self).recorded }
}

extension UnsafeRawPointer: RecordedArgument {
  var recorded: CaseArgument { .memory(self, stride: nil, isReal: false) }
}

extension UnsafeMutableRawPointer: RecordedArgument {
  var recorded: CaseArgument { UnsafeRawPointer(self).recorded }
}

extension Optional: RecordedArgument where Wrapped: RecordedArgument {
  var recorded: CaseArgument { self?.recorded ?? .null }
}
