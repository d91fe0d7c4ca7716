public import BigInt
import IntaglioNumerics

// Weights over a stream of their own, for chips whose memories begin with nothing.

extension TileMachine {
  /// The bits of a lane in a beat of `w_axis`: whole bytes.
  var weightLaneBits: Int { (shape.weights.bits + 7) / 8 * 8 }

  private var weightData: Signal { Signal("w_axis_tdata", .unsigned(tile * weightLaneBits)) }
  private var weightValid: Signal { Signal("w_axis_tvalid", .bit) }
  private var weightReady: Signal { Signal("w_axis_tready", .bit) }
  private var weightLast: Signal { Signal("w_axis_tlast", .bit) }

  var weightPorts: [Verilog.Port] {
    [.input(weightData), .input(weightValid), .input(weightLast), .output(weightReady)]
  }

  /// What `w_axis` takes, word by word: one number for each lane, in whole bytes, the last one with `tlast`.
  public var weightBeats: [BigUInt] {
    let words = schedule.weights + Array(repeating: [], count: max(0, 2 - schedule.weights.count))
    return words.map { lanes in
      lanes.enumerated().reduce(BigUInt(0)) { word, lane in
        let number = lane.element < 0 ? lane.element + 1 << weightLaneBits : lane.element
        return word | BigUInt(number) << (lane.offset * weightLaneBits)
      }
    }
  }

  var unusedWeightBits: Verilog.Section { .unused([weightData]) }

  /// Whether all weights have come, and no others are on their way.
  var hasWeights: Signal { Signal("has_weights_q", .bit) }

  var takesWeights: Signal { Signal("takes_weights", .bit) }
  var weightsWriteAddress: Signal { Signal("weights_write_address_q", shape.address(.weights)) }
  var weightsWritten: Signal { Signal("weights_written", .unsigned(tile * shape.weights.bits)) }

  var weightLoading: Verilog.Section {
    let address = weightsWriteAddress
    let zero = Expression.literal(0, address.type)
    let lanes = (0..<tile).reversed().map {
      weightData.reference.slice(Affine($0 * weightLaneBits), bits: shape.weights.bits).value
    }
    return Verilog.Section(
      "Words of weights, one behind the other, whenever no inputs are in work; w_axis_tlast goes back to the first, and "
        + "inputs are taken from then on.",
      wires: [takesWeights, weightsWritten],
      registers: [address, hasWeights],
      [
        .assign(weightReady.reference, isPhase(0)),
        .assign(takesWeights.reference, isPhase(0) & weightValid.value),
        .assign(weightsWritten.reference, .concatenation(lanes)),
        .clocked(
          ClockedPorts.clock,
          [
            .when(
              ~ClockedPorts.reset.value,
              [.assign(address.reference, zero), .assign(hasWeights.reference, .bit(false))],
              otherwise: [
                .when(
                  takesWeights.value,
                  [
                    .assign(hasWeights.reference, weightLast.value),
                    .assign(
                      address.reference,
                      zero.when(
                        weightLast.value,
                        otherwise: address.value + .literal(1, address.type)
                      )
                    ),
                  ]
                )
              ]
            )
          ]
        ),
      ]
    )
  }
}
