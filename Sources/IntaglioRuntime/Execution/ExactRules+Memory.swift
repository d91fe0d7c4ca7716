extension ExactRules {
  /// Where they lie.
  func bytes(_ memory: Memory) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: memory.bytes(region, Grid(columns: byteCount)),
      count: byteCount
    )
  }
}
