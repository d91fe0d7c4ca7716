/// Where the scratch of every step lies: one block after the other, from the start for each step.
struct ScratchPlan: Sendable {
  /// In bytes, one per region.
  private(set) var sizes: [Int] = []
  private(set) var offsets: [Int] = []
  /// What the neediest step takes, in bytes.
  private(set) var peak = 0
  private var end = 0

  init() {}

  /// A plan that a file holds.
  init(sizes: [Int], offsets: [Int], peak: Int) {
    (self.sizes, self.offsets, self.peak) = (sizes, offsets, peak)
  }

  /// Adds a region for the step in work and returns its number.
  mutating func add(_ size: Int) -> Int {
    sizes.append(size)
    offsets.append(end)
    end += MemoryPlan.aligned(size)
    peak = max(peak, end)
    return sizes.count - 1
  }

  /// The next region belongs to another step.
  mutating func endStep() { end = 0 }
}
