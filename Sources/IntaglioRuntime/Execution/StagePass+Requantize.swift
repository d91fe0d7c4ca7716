/// Counting integer thresholds, for few codes.
struct StepCounting: Sendable {
  let rising: Int
  /// `[rising, columns]` of i32.
  let rises: Table
  let falling: Int
  /// `[falling, columns]` of i32.
  let falls: Table
  /// i32 per column.
  let base: Table
}

/// Multiply, add, shift, clamp.
struct DyadicScaling: Sendable {
  /// i32 per column.
  let multiplier: Table
  /// i64 per column.
  let bias: Table
  /// i32 per column.
  let shift: Table
  /// Of what is stored.
  let limits: ClosedRange<Int32>
  /// Where this gives another code than it should; mostly nowhere.
  let exceptions: Exceptions?

  struct Exceptions: Sendable {
    let count: Int
    /// `[count, columns]` of i32.
    let values: Table
    /// `[count, columns]` of u8.
    let codes: Table
  }
}

extension StagePass {
  func requantize(_ steps: StepCounting) {
    kernels.requantize.steps(
      rows: block.rows,
      columns: block.columns,
      accumulators: input(as: Int32.self),
      stride: data.stride,
      rising: steps.rising,
      rises: column(steps.rises),
      falling: steps.falling,
      falls: column(steps.falls),
      base: column(steps.base),
      out: output(as: UInt8.self),
      outStride: out.stride
    )
  }

  func requantize(_ dyadic: DyadicScaling) {
    kernels.requantize.dyadic(
      rows: block.rows,
      columns: block.columns,
      accumulators: input(as: Int32.self),
      stride: data.stride,
      multiplier: column(dyadic.multiplier),
      bias: column(dyadic.bias),
      shift: column(dyadic.shift),
      limits: dyadic.limits,
      out: output(as: UInt8.self),
      outStride: out.stride
    )
    guard let exceptions = dyadic.exceptions else { return }
    kernels.exceptions.replace(
      rows: block.rows,
      columns: block.columns,
      accumulators: input(as: Int32.self),
      stride: data.stride,
      count: exceptions.count,
      values: column(exceptions.values),
      codes: column(exceptions.codes),
      out: output(as: UInt8.self),
      outStride: out.stride
    )
  }

  /// One accumulator at a time; `table` holds for each column which rule it follows.
  func requantize(_ rounding: ExactRounding, _ table: Table) {
    let rule: UnsafePointer<Int32> = column(table)
    // Only a damaged file has a rule beyond the last.
    let count = rounding.ruleCount
    if out.format == .int32 {
      forEach(Int32.self, Int32.self) { accumulator, column in
        Int32(
          truncatingIfNeeded: rounding(Int(accumulator), rule: Int(rule[column].magnitude) % count)
        )
      }
    } else {
      forEach(Int32.self, UInt8.self) { accumulator, column in
        UInt8(
          truncatingIfNeeded: rounding(Int(accumulator), rule: Int(rule[column].magnitude) % count)
        )
      }
    }
  }
}
