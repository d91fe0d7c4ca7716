import Dispatch
import Foundation

/// How far a long job is, on standard error, on a terminal only.
///
/// A class because worker threads report into one bar; the lock guards the time of the last line.
final class ProgressBar: @unchecked Sendable {
  private let title: String
  private let total: Int
  private let isShown: Bool
  private let start = DispatchTime.now().uptimeNanoseconds
  private let lock = NSLock()
  private var last: UInt64 = 0

  init(_ title: String, total: Int) {
    self.title = title
    self.total = total
    self.isShown = StandardError.isTerminal
  }

  /// Shows that `done` of the total are done, ten times a second at most.
  func update(_ done: Int) {
    guard isShown, total > 0 else { return }
    lock.lock()
    defer { lock.unlock() }
    let now = DispatchTime.now().uptimeNanoseconds
    guard done == total || now - last > 100_000_000 else { return }
    last = now
    let width = 30
    let filled = done * width / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    let seconds = Double(now - start) / 1e9
    let left = done > 0 ? Int(seconds / Double(done) * Double(total - done)) : 0
    StandardError.show("\(title) \(bar) \(done)/\(total), \(left) s left")
  }

  /// Clears the line.
  func finish() {
    StandardError.show(nil)
  }
}
