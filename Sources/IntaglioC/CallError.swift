import CIntaglio
import Intaglio
import IntaglioData

/// An argument that no call may have.
struct CallError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Runs the body of a call, and tells the caller how it ended.
///
/// - Parameters:
///   - error: receives what went wrong; may be null.
///   - otherwise: the status of an error that has none of its own.
///   - body: what the call does.
/// - Returns: the status.
func answer(
  _ error: UnsafeMutablePointer<intaglio_error>?,
  otherwise: Int = INTAGLIO_FAILED,
  _ body: () throws -> Void
) -> intaglio_status {
  do {
    try body()
    error?.pointee.set(INTAGLIO_OK, "")
    return intaglio_status(INTAGLIO_OK)
  } catch let fault {
    let status =
      switch fault {
      case is CallError: INTAGLIO_INVALID_ARGUMENT
      case is MemoryError: INTAGLIO_NO_MEMORY
      case is EngineError, is EvaluationError: INTAGLIO_NO_FIT
      default: otherwise
      }
    error?.pointee.set(status, "\(fault)")
    return intaglio_status(status)
  }
}

extension intaglio_error {
  /// Writes `text`, cut before a character that has no room.
  fileprivate mutating func set(_ status: Int, _ text: String) {
    self.status = intaglio_status(status)
    withUnsafeMutableBytes(of: &message) { buffer in
      var used = 0
      for character in text {
        let bytes = character.utf8
        guard used + bytes.count < buffer.count else { break }
        for byte in bytes {
          buffer[used] = byte
          used += 1
        }
      }
      buffer[used] = 0
    }
  }
}

/// A pointer that may not be null.
///
/// - Throws: `CallError` when it is.
func given<Pointer>(_ pointer: Pointer?, _ name: String) throws(CallError) -> Pointer {
  guard let pointer else { throw CallError("expected '\(name)', found a null pointer") }
  return pointer
}

/// Checks that `count` rows of `width` numbers have room.
///
/// - Returns: the count.
/// - Throws: `CallError` for a negative count, and for a buffer that is too small.
func checked(
  _ count: Int64,
  width: Int,
  capacity: Int64,
  _ name: String
) throws(CallError) -> Int {
  guard count >= 0 else { throw CallError("expected a count of 0 or more, found \(count)") }
  let (needed, overflows) = count.multipliedReportingOverflow(by: Int64(width))
  guard !overflows, needed <= capacity else {
    throw CallError(
      "expected room for \(count) × \(width) numbers in '\(name)', found \(capacity)"
    )
  }
  return Int(count)
}
