import IntaglioProtocol
import Foundation
import IntaglioServing
import NIOCore
import Testing

@Suite struct BatchQueueTests {
  /// Runs `count` requests of one sample while the executor is held, then lets it go.
  private func answers(
    _ count: Int,
    _ model: FakeModel,
    _ limits: BatchLimits
  ) async throws -> [BatchResult] {
    let queue = BatchQueue(model, name: "fake", limits: limits)
    defer { queue.close() }
    return try await withThrowingTaskGroup(of: (Int, BatchResult).self) { group in
      group.addTask { (-1, try await queue.run(.floats([0, 0]), count: 1)) }
      #expect(try await eventually { model.gate.count == 1 })
      for index in 0..<count {
        group.addTask { (index, try await queue.run(.floats([Float(index), 1]), count: 1)) }
      }
      #expect(try await eventually { queue.depth == count })
      model.gate.open()
      var results: [Int: BatchResult] = [:]
      for try await (index, result) in group { results[index] = result }
      return (0..<count).compactMap { results[$0] }
    }
  }

  @Test(arguments: [1, 2, 3, 8, 100])
  func `what waits runs together, up to the limit, with the answers of each alone`(
    maxBatch: Int
  ) async throws {
    let model = FakeModel(gate: Gate(isOpen: false))
    let limits = BatchLimits(maxBatch: maxBatch, maxDelayMilliseconds: 0)
    let results = try await answers(20, model, limits)
    for (index, result) in results.enumerated() {
      #expect(result.logits == [Float(index) + 1, Float(index) - 1, 7])
    }
    #expect(results.count == 20)
    #expect(model.batches.allSatisfy { $0 <= maxBatch })
    #expect(model.batches.count == 1 + (20 + maxBatch - 1) / maxBatch)
  }

  @Test func `a batch that is not full begins when its first request has waited the delay`()
    async throws
  {
    let model = FakeModel()
    let limits = BatchLimits(maxBatch: 100, maxDelayMilliseconds: 30)
    let queue = BatchQueue(model, name: "fake", limits: limits)
    defer { queue.close() }
    let result = try await queue.run(.floats([1, 2]), count: 1)
    #expect(result.queueTime >= 30_000_000)
    #expect(result.batch == 1)
  }

  @Test func `a full batch waits for nothing`() async throws {
    let model = FakeModel()
    // With a delay of a minute, the test would not end.
    let limits = BatchLimits(maxBatch: 4, maxDelayMilliseconds: 60_000)
    let queue = BatchQueue(model, name: "fake", limits: limits)
    defer { queue.close() }
    try await withThrowingTaskGroup(of: BatchResult.self) { group in
      for _ in 0..<4 { group.addTask { try await queue.run(.floats([1, 2]), count: 1) } }
      for try await result in group { #expect(result.batch == 4) }
    }
  }

  @Test func `a request that is larger than a batch runs alone`() async throws {
    let model = FakeModel()
    let queue = BatchQueue(model, name: "fake", limits: BatchLimits(maxBatch: 2, queue: 3))
    defer { queue.close() }
    let result = try await queue.run(.floats([1, 2, 3, 4, 5, 6, 7, 8]), count: 4)
    #expect(result.logits == [3, -1, 7, 7, -1, 7, 11, -1, 7, 15, -1, 7])
    #expect(result.batch == 4)
  }

  @Test func `one bad sample fails alone`() async throws {
    let model = FakeModel(gate: Gate(isOpen: false))
    let queue = BatchQueue(
      model,
      name: "fake",
      limits: BatchLimits(maxBatch: 8, maxDelayMilliseconds: 0)
    )
    defer { queue.close() }
    try await withThrowingTaskGroup(of: Int.self) { group in
      func add(_ numbers: [Float]) {
        group.addTask {
          do {
            _ = try await queue.run(.floats(numbers), count: 1)
            return 200
          } catch let error as ServingError {
            return error.status
          }
        }
      }
      add([0, 0])
      #expect(try await eventually { model.gate.count == 1 })
      for numbers: [Float] in [[1, 2], [.nan, 2], [3, 4], [666, 0]] { add(numbers) }
      #expect(try await eventually { queue.depth == 4 })
      model.gate.open()
      var statuses: [Int] = []
      for try await status in group { statuses.append(status) }
      #expect(statuses.sorted() == [200, 200, 200, 400, 500])
    }
  }

  @Test func `a full queue refuses with 429, and what waited too long is 503`() async throws {
    let model = FakeModel(gate: Gate(isOpen: false))
    let limits = BatchLimits(
      maxBatch: 1,
      maxDelayMilliseconds: 0,
      queue: 2,
      timeoutMilliseconds: 300
    )
    let queue = BatchQueue(model, name: "fake", limits: limits)
    defer { queue.close() }
    async let first = queue.run(.floats([0, 0]), count: 1)
    #expect(try await eventually { model.gate.count == 1 })
    try await withThrowingTaskGroup(of: ServingError?.self) { group in
      for _ in 0..<2 {
        group.addTask {
          do {
            _ = try await queue.run(.floats([1, 2]), count: 1)
            return nil
          } catch { return error as? ServingError }
        }
      }
      // They may be late already, where the machine is busy: then there is room.
      _ = try await eventually { queue.depth == 2 || model.gate.count > 1 }
      if queue.depth == 2 {
        do {
          _ = try await queue.run(.floats([1, 2]), count: 1, timeout: 1_000_000)
        } catch let error as ServingError {
          #expect(error.status == 429 || error.status == 503)
          #expect(error.retryAfter == 1)
        }
      }
      for try await error in group { #expect(error?.status == 503 && error?.retryAfter == 1) }
    }
    #expect(queue.depth == 0)
    model.gate.open()
    #expect(try await first.logits == [0, 0, 7])
  }

  @Test func `numbers that are not as many as the samples need are refused`() async throws {
    let queue = BatchQueue(FakeModel(), name: "fake", limits: BatchLimits())
    defer { queue.close() }
    for numbers: [Float] in [[], [1], [1, 2, 3]] {
      await #expect(throws: ServingError.self) {
        _ = try await queue.run(.floats(numbers), count: 1)
      }
    }
  }

  @Test func `numbers of bodies and arrays are joined wherever they lie`() {
    for offset in 0..<5 {
      var body = ByteBuffer(
        bytes: [UInt8](repeating: 1, count: offset) + ([3, 4] as [Float]).bytes
      )
      body.moveReaderIndex(forwardBy: offset)
      let parts: [Samples] = [.float32(body), .floats([1, 2]), .float32(body)]
      #expect(Samples.joined(parts) == [3, 4, 1, 2, 3, 4])
      #expect(Samples.joined([.float32(body)]) == [3, 4])
    }
    #expect(Samples.joined([]) == [])
  }

  @Test func `a queue that is closed answers what waits and takes nothing new`() async throws {
    let model = FakeModel(gate: Gate(isOpen: false))
    let queue = BatchQueue(model, name: "fake", limits: BatchLimits(maxDelayMilliseconds: 0))
    async let first = queue.run(.floats([0, 0]), count: 1)
    #expect(try await eventually { model.gate.count == 1 })
    async let second = queue.run(.floats([1, 2]), count: 1)
    #expect(try await eventually { queue.depth == 1 })
    queue.close()
    await #expect(throws: ServingError.stopping) {
      _ = try await queue.run(.floats([1, 2]), count: 1)
    }
    model.gate.open()
    #expect(try await first.logits == [0, 0, 7])
    #expect(try await second.logits == [3, -1, 7])
  }
}
