/// Owns the region tables of a plan.
///
/// A class because the tables are pointers that have to outlive every `Memory` made from them.
final class RegionExtents: @unchecked Sendable {
  private let extents: UnsafeMutableBufferPointer<RegionTable.Extent>
  let table: RegionTable

  init(_ plan: Plan) {
    let parts = [
      zip(plan.memory.offsets, plan.memory.buffers.map(\.size)).map(RegionTable.Extent.init),
      zip(plan.constantOffsets, plan.constantSizes).map(RegionTable.Extent.init),
      zip(plan.scratch.offsets, plan.scratch.sizes).map(RegionTable.Extent.init),
    ]
    let all = parts.flatMap { $0 }
    extents = .allocate(capacity: all.count)
    _ = extents.initialize(from: all)
    let (first, second) = (parts[0].count, parts[0].count + parts[1].count)
    let whole = UnsafeBufferPointer(extents)
    table = RegionTable(
      buffers: UnsafeBufferPointer(rebasing: whole[..<first]),
      constants: UnsafeBufferPointer(rebasing: whole[first..<second]),
      scratch: UnsafeBufferPointer(rebasing: whole[second...])
    )
  }

  deinit { extents.deallocate() }
}
