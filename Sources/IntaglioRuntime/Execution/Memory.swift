/// What the steps of one worker read and write.
///
/// The pointers stay inside their memory because the plan lays out every region with the size that
/// its views need; `Plan` checks that once, when it is made.
struct Memory {
  let arena: UnsafeMutableRawPointer
  let constants: UnsafeMutableRawPointer
  /// How many elements each stream has cut off.
  let counters: UnsafeMutablePointer<Int>
  /// Where each buffer and each constant starts, in bytes.
  let bufferOffsets: [Int]
  let constantOffsets: [Int]

  func bytes(_ region: Region) -> UnsafeMutableRawPointer {
    switch region.space {
    case .buffer: arena + bufferOffsets[region.index]
    case .constant: constants + constantOffsets[region.index]
    }
  }

  /// Element `element` of a region of `T`.
  func pointer<T>(_ region: Region, _ element: Int = 0, as type: T.Type) -> UnsafeMutablePointer<T>
  {
    bytes(region).assumingMemoryBound(to: type) + element
  }
}
