import Dispatch
import Synchronization

/// The same work on many items, several at a time; results stand in the order of the items.
package struct ParallelMap: Sendable {
  package let threads: Int

  package init(threads: Int) { self.threads = threads }

  /// - Parameters:
  ///   - count: how many items there are.
  ///   - body: the work on one item, on any thread.
  ///   - progress: told how many items are done, one call at a time.
  /// - Returns: one result per item.
  /// - Throws: the first error that `body` threw; items not yet begun are then left out.
  package func map<Result: Sendable>(
    _ count: Int,
    _ body: @Sendable (Int) throws -> Result,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> [Result] {
    let state = Mutex(State<Result>(results: Array(repeating: nil, count: count)))
    DispatchQueue.concurrentPerform(iterations: min(max(threads, 1), max(count, 1))) { _ in
      while true {
        let item = state.withLock { state -> Int? in
          guard state.next < count, state.failure == nil else { return nil }
          state.next += 1
          return state.next - 1
        }
        guard let item else { return }
        do {
          let result = try body(item)
          state.withLock { state in
            state.results[item] = result
            state.done += 1
            progress?(state.done)
          }
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
    }
    return try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.results.compactMap { $0 }
    }
  }
}

/// How far the work is.
private struct State<Result: Sendable> {
  var results: [Result?]
  var next = 0
  var done = 0
  var failure: (any Error)?
}
