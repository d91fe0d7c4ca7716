extension StagePass {
  func requantize(_ requantization: Requantization) {
    switch requantization {
    case .thresholds(let steps): requantize(steps)
    case .dyadic(let dyadic): requantize(dyadic)
    case .exactly(let rounding, let table): requantize(rounding, table)
    }
  }

  private func requantize(_ steps: ThresholdCounting) {
    let (accumulators, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let rises: UnsafePointer<Int32> = column(steps.rises, rows: steps.rising)
    let falls: UnsafePointer<Int32> = column(steps.falls, rows: steps.falling)
    let base: UnsafePointer<Int32> = column(steps.base)
    guard memory.runs else { return }
    kernels.requantize.thresholds(
      rows: block.rows,
      columns: block.columns,
      accumulators: accumulators,
      stride: data.stride,
      rising: steps.rising,
      rises: rises,
      falling: steps.falling,
      falls: falls,
      base: base,
      out: sink,
      outStride: out.stride
    )
  }

  private func requantize(_ dyadic: DyadicScaling) {
    let (accumulators, sink) = (input(as: Int32.self), output(as: UInt8.self))
    let multiplier: UnsafePointer<Int32> = column(dyadic.multiplier)
    let bias: UnsafePointer<Int64> = column(dyadic.bias)
    let shift: UnsafePointer<Int32> = column(dyadic.shift)
    if memory.runs {
      kernels.requantize.dyadic(
        rows: block.rows,
        columns: block.columns,
        accumulators: accumulators,
        stride: data.stride,
        multiplier: multiplier,
        bias: bias,
        shift: shift,
        limits: dyadic.limits,
        out: sink,
        outStride: out.stride
      )
    }
    guard let exceptions = dyadic.exceptions else { return }
    let values: UnsafePointer<Int32> = column(exceptions.values, rows: exceptions.count)
    let codes: UnsafePointer<UInt8> = column(exceptions.codes, rows: exceptions.count)
    guard memory.runs else { return }
    kernels.exceptions.replace(
      rows: block.rows,
      columns: block.columns,
      accumulators: accumulators,
      stride: data.stride,
      count: exceptions.count,
      values: values,
      codes: codes,
      out: sink,
      outStride: out.stride
    )
  }

  /// One accumulator at a time; `table` holds for each column which rule it follows.
  private func requantize(_ rounding: ExactRounding, _ table: Table) {
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
