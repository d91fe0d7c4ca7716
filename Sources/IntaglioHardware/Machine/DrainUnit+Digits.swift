import IntaglioNumerics

// Operands that are taken digit by digit: rows of sums are kept until the last digit.

extension DrainUnit {
  /// The sums of a row, of all digits until now.
  var wholeSums: Signal {
    shape.schedule.hasDigits
      ? Signal("whole_sums", .unsigned(tile * sum.bits)) : alignedSums
  }

  private var keptWord: Signal { Signal("kept_word", wholeSums.type) }
  private var nextRow: Signal { Signal("next_row", row.type) }

  var keptSums: [Verilog.Section] {
    get throws(Verilog.ModuleError) {
      guard shape.schedule.hasDigits else { return [] }
      let memory = Memory("kept_sums", bits: wholeSums.type.bits, depth: max(2, tile))
      let lowest = Expression.literal(tile - 1, row.type)
      let one = Expression.literal(1, row.type)
      return [
        Verilog.Section(
          "Sums of a digit, times what they are worth, and those of the digits before, which were kept row by row.",
          wires: [wholeSums, keptWord, nextRow],
          [
            .assign(
              nextRow.reference,
              lowest.when(row.equals(0), otherwise: row.value - one)
                .when(validIn.value, otherwise: row.value)
            ),
            .instance(
              try memory.instance(
                "kept_sums_memory",
                Memory.Read(address: nextRow.value, word: keptWord),
                Memory.Write(when: validIn.value, address: row.value, word: wholeSums.value)
              )
            ),
            .assign(
              wholeSums.reference,
              .concatenation((0..<tile).reversed().map { worth($0) + kept($0) })
            ),
          ]
        )
      ]
    }
  }

  /// The share of a column in the bits of the sum, times what its digit is worth.
  private func worth(_ column: Int) -> Expression {
    let place = Affine(column * share.bits)
    let top = alignedSums.reference.slice(place + Affine(share.bits - 1), bits: 1).value
    func shifted(_ shift: Int) -> Expression {
      let taken = min(share.bits, sum.bits - shift)
      var parts = [alignedSums.reference.slice(place, bits: taken).value]
      if shift > 0 { parts.append(.literal(0, .unsigned(shift))) }
      let rest = sum.bits - shift - taken
      if rest > 0 { parts.insert(.repetition(rest, top), at: 0) }
      return parts.count > 1 ? .concatenation(parts) : parts[0]
    }
    let shifts = shape.schedule.shifts
    return shifts.enumerated().dropFirst().reduce(shifted(0)) { value, shift in
      let index = Expression.literal(shift.offset, command.type(of: .shift))
      return shifted(shift.element).when(now(.shift).equals(index), otherwise: value)
    }
  }

  private func kept(_ column: Int) -> Expression {
    keptWord.reference.slice(Affine(column * sum.bits), bits: sum.bits).value
      & .repetition(sum.bits, now(.adds))
  }
}
