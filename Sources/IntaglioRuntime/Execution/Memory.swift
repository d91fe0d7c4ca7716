/// What the steps of one thread read and write.
///
/// The pointers stay inside their memory because the plan lays out every region with the size that
/// its views need; `Plan` checks that once, when it is made. Nothing here is counted: whoever runs
/// keeps the memory alive (`Worker`).
struct Memory {
  let arena: UnsafeMutableRawPointer
  let constants: UnsafeMutableRawPointer
  /// The thread's own.
  let scratch: UnsafeMutableRawPointer
  /// How many elements each stream has cut off; the thread's own.
  let counters: UnsafeMutablePointer<Int>
  /// Where each region starts, in bytes.
  let offsets: RegionOffsets
  /// Which operand the thread has packed last.
  let packed: UnsafeMutablePointer<PackedOperand>

  func bytes(_ region: Region) -> UnsafeMutableRawPointer {
    switch region.space {
    case .buffer: arena + offsets.buffers[region.index]
    case .constant: constants + offsets.constants[region.index]
    case .scratch: scratch + offsets.scratch[region.index]
    }
  }

  /// Element `element` of a region of `T`.
  func pointer<T>(_ region: Region, _ element: Int = 0, as type: T.Type) -> UnsafeMutablePointer<T>
  {
    bytes(region).assumingMemoryBound(to: type) + element
  }
}

/// Where the regions of a plan start within their space, in bytes.
struct RegionOffsets {
  let buffers: UnsafePointer<Int>
  let constants: UnsafePointer<Int>
  let scratch: UnsafePointer<Int>
}

/// What a thread has packed or unpacked last of the right operand of a product.
struct PackedOperand {
  /// The number of the step's run, so that nothing of another step is taken for it.
  var run = -1
  /// Where the operand or the panel starts; −1 for none.
  var start = -1
}
