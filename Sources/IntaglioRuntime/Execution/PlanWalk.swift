/// A plan gone through without its kernels: every operand that a kernel would get is asked for, and
/// checked where its pointer is made.
///
/// A step touches whole blocks, and strides are not negative. So the first, the last and the last
/// but one block along rows and columns reach as far as any, and no others are visited: a walk takes
/// a time that grows with the file and not with what its numbers claim.
struct PlanWalk {
  /// What the first fault leaves missing.
  private(set) var fault: StaticString?

  fileprivate init() {}

  mutating func fail(_ expected: StaticString) {
    if fault == nil { fault = expected }
  }

  /// What is wrong with the plan's steps or ports: the name of the step and what was expected; `nil`
  /// where nothing is.
  static func fault(of plan: Plan) -> (step: String, expected: StaticString)? {
    let extents = RegionExtents(plan)
    var (walk, packed) = (PlanWalk(), PackedOperand())
    // An address for arithmetic alone: nothing is read or written at it.
    var nowhere = 0
    var counters = [Int](repeating: 0, count: plan.streams.count)
    return withUnsafePointer(to: plan.kernels) { kernels in
      withUnsafeMutablePointer(to: &walk) { walk in
        withUnsafeMutableBytes(of: &nowhere) { nowhere -> (String, StaticString)? in
          withUnsafeMutablePointer(to: &packed) { packed in
            counters.withUnsafeMutableBufferPointer { counters -> (String, StaticString)? in
              guard let base = nowhere.baseAddress else { return nil }
              let memory = Memory(
                arena: base,
                constants: base,
                scratch: base,
                counters: counters,
                regions: extents.table,
                packed: packed,
                walk: walk
              )
              for (step, name) in zip(plan.steps, plan.stepNames) {
                step.walk(memory, kernels)
                if let fault = walk.pointee.fault { return (name, fault) }
              }
              plan.input.access.walk(memory, writes: true)
              for port in plan.outputs { port.access.walk(memory, writes: false) }
              return walk.pointee.fault.map { ("its inputs and outputs", $0) }
            }
          }
        }
      }
    }
  }

  /// The blocks of `count` that reach as far as any.
  static func corners(_ count: Int) -> [Int] {
    count <= 3 ? Array(0..<max(count, 0)) : [0, count - 2, count - 1]
  }
}
