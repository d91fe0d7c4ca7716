import CIntaglioKernels

extension KernelTable {
  /// The scalar kernels, every call of which goes through `CaseRecorder.current`.
  static var recorded: KernelTable { KernelTable(recordedGemm: recordedGemm) }

  private init(recordedGemm: intaglio_gemm_kernel) {
    gemms = [GemmKernel(recordedGemm)]
    weights = WeightKernels(recordedWeights)
    convert = ConvertKernels(recordedConvert)
    requantize = RequantizeKernels(recordedRequantize)
    exceptions = ExceptionKernels(recordedExceptions)
    dequantize = DequantizeKernels(recordedDequantize)
    quantize = QuantizeKernels(recordedQuantize)
    unary = UnaryKernels(recordedUnary)
    binary = BinaryKernels(recordedBinary)
    normalize = NormalizeKernels(recordedNormalize)
    scaledSum = ScaledSumKernels(recordedScaledSum)
    lookup = LookupKernels(recordedLookup)
    integerNormalize = IntegerNormalizeKernels(recordedIntegerNormalize)
    integerSoftmax = IntegerSoftmaxKernels(recordedIntegerSoftmax)
  }
}

/// Calls a kernel before the recorder's eyes; `inner` are the pointers in a structure.
private func record<each Argument: RecordedArgument>(
  _ kernel: String,
  _ call: (repeat each Argument) -> Void,
  _ arguments: (repeat each Argument),
  inner: [any RecordedArgument] = [],
  scratch: Int? = nil
) {
  guard let recorder = CaseRecorder.current else { return call(repeat each arguments) }
  var recorded: [CaseArgument] = []
  for argument in repeat each arguments { recorded.append(argument.recorded) }
  recorder.record("intaglio_" + kernel, recorded + inner.map(\.recorded), scratch: scratch) {
    call(repeat each arguments)
  }
}

/// The scalar kernels of a family, which stand first in its list.
private func scalar<Kernels>(
  _ list: (UnsafeMutablePointer<Int>) -> UnsafePointer<Kernels>
)
  -> Kernels
{
  var count = 0
  return list(&count).pointee
}

private let gemm = scalar(intaglio_gemm_kernels)
private let weights = scalar(intaglio_weights_list)
private let convert = scalar(intaglio_convert_list)
private let requantize = scalar(intaglio_requantize_list)
private let exceptions = scalar(intaglio_exceptions_list)
private let dequantize = scalar(intaglio_dequantize_list)
private let quantize = scalar(intaglio_quantize_list)
private let unary = scalar(intaglio_unary_list)
private let binary = scalar(intaglio_binary_list)
private let normalize = scalar(intaglio_normalize_list)
private let scaledSum = scalar(intaglio_scaled_sum_list)
private let lookup = scalar(intaglio_lookup_list)
private let integerNormalize = scalar(intaglio_integer_normalize_list)
private let integerSoftmax = scalar(intaglio_integer_softmax_list)

/// Its tile is none, but what sizes are chosen around: that of the Arm kernels.
private var recordedGemm: intaglio_gemm_kernel {
  var set = gemm
  (set.mr, set.nr, set.kr) = (6, 16, 8)
  set.pack = { record("gemm_pack", gemm.pack, ($0, $1, $2, $3, $4, $5, $6)) }
  set.run = { record("gemm_run", gemm.run, ($0, $1, $2, $3, $4, $5, $6, $7, $8)) }
  return set
}

private var recordedWeights: intaglio_weights_kernels {
  var set = weights
  set.pack = { record("weights_pack", weights.pack, ($0, $1, $2, $3, $4, $5, $6, $7)) }
  set.multiply_rows = {
    record("weights_multiply_rows", weights.multiply_rows, ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9))
  }
  return set
}

private var recordedConvert: intaglio_convert_kernels {
  var set = convert
  set.row_sums_u8 = { record("convert_row_sums_u8", convert.row_sums_u8, ($0, $1, $2, $3, $4)) }
  set.offset_x8 = { record("convert_offset_x8", convert.offset_x8, ($0, $1, $2, $3, $4, $5, $6)) }
  set.distances_i32 = {
    record("convert_distances_i32", convert.distances_i32, ($0, $1, $2, $3, $4, $5, $6))
  }
  return set
}

private var recordedRequantize: intaglio_requantize_kernels {
  var set = requantize
  set.thresholds_i32 = {
    record(
      "requantize_thresholds_i32",
      requantize.thresholds_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    )
  }
  set.dyadic_i32 = {
    record(
      "requantize_dyadic_i32",
      requantize.dyadic_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    )
  }
  return set
}

private var recordedExceptions: intaglio_exceptions_kernels {
  var set = exceptions
  set.replace_i32 = {
    record("exceptions_replace_i32", exceptions.replace_i32, ($0, $1, $2, $3, $4, $5, $6, $7, $8))
  }
  return set
}

private var recordedDequantize: intaglio_dequantize_kernels {
  var set = dequantize
  set.affine_i32 = {
    record("dequantize_affine_i32", dequantize.affine_i32, ($0, $1, $2, $3, $4, $5, $6, $7))
  }
  set.affine_u8 = {
    record("dequantize_affine_u8", dequantize.affine_u8, ($0, $1, $2, $3, $4, $5, $6, $7))
  }
  set.affine_s8 = {
    record("dequantize_affine_s8", dequantize.affine_s8, ($0, $1, $2, $3, $4, $5, $6, $7))
  }
  set.centered_i32 = {
    record("dequantize_centered_i32", dequantize.centered_i32, ($0, $1, $2, $3, $4, $5, $6, $7))
  }
  set.centered_u8 = {
    record("dequantize_centered_u8", dequantize.centered_u8, ($0, $1, $2, $3, $4, $5, $6, $7))
  }
  set.centered_s8 = {
    record("dequantize_centered_s8", dequantize.centered_s8, ($0, $1, $2, $3, $4, $5, $6, $7))
  }
  return set
}

private var recordedQuantize: intaglio_quantize_kernels {
  var set = quantize
  set.round_then_clamp_f32 = {
    record(
      "quantize_round_then_clamp_f32",
      quantize.round_then_clamp_f32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)
    )
  }
  set.clamp_then_round_f32 = {
    record(
      "quantize_clamp_then_round_f32",
      quantize.clamp_then_round_f32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)
    )
  }
  set.quotient_i32 = {
    record(
      "quantize_quotient_i32",
      quantize.quotient_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    )
  }
  return set
}

private var recordedUnary: intaglio_unary_kernels {
  var set = unary
  set.exp = { record("unary_f32_exp", unary.exp, ($0, $1, $2, $3, $4, $5)) }
  set.erf = { record("unary_f32_erf", unary.erf, ($0, $1, $2, $3, $4, $5)) }
  set.tanh = { record("unary_f32_tanh", unary.tanh, ($0, $1, $2, $3, $4, $5)) }
  set.sigmoid = { record("unary_f32_sigmoid", unary.sigmoid, ($0, $1, $2, $3, $4, $5)) }
  set.gelu_erf = { record("unary_f32_gelu_erf", unary.gelu_erf, ($0, $1, $2, $3, $4, $5)) }
  set.gelu_tanh = { record("unary_f32_gelu_tanh", unary.gelu_tanh, ($0, $1, $2, $3, $4, $5)) }
  set.sqrt = { record("unary_f32_sqrt", unary.sqrt, ($0, $1, $2, $3, $4, $5)) }
  set.reciprocal = { record("unary_f32_reciprocal", unary.reciprocal, ($0, $1, $2, $3, $4, $5)) }
  set.relu = { record("unary_f32_relu", unary.relu, ($0, $1, $2, $3, $4, $5)) }
  set.clip = { record("unary_f32_clip", unary.clip, ($0, $1, $2, $3, $4, $5, $6, $7)) }
  return set
}

private var recordedBinary: intaglio_binary_kernels {
  var set = binary
  set.add = { record("binary_f32_add", binary.add, ($0, $1, $2, $3, $4, $5, $6, $7)) }
  set.sub = { record("binary_f32_sub", binary.sub, ($0, $1, $2, $3, $4, $5, $6, $7)) }
  set.mul = { record("binary_f32_mul", binary.mul, ($0, $1, $2, $3, $4, $5, $6, $7)) }
  set.div = { record("binary_f32_div", binary.div, ($0, $1, $2, $3, $4, $5, $6, $7)) }
  set.add_scalar = {
    record("binary_f32_add_scalar", binary.add_scalar, ($0, $1, $2, $3, $4, $5, $6))
  }
  set.sub_scalar = {
    record("binary_f32_sub_scalar", binary.sub_scalar, ($0, $1, $2, $3, $4, $5, $6))
  }
  set.mul_scalar = {
    record("binary_f32_mul_scalar", binary.mul_scalar, ($0, $1, $2, $3, $4, $5, $6))
  }
  set.div_scalar = {
    record("binary_f32_div_scalar", binary.div_scalar, ($0, $1, $2, $3, $4, $5, $6))
  }
  return set
}

private var recordedNormalize: intaglio_normalize_kernels {
  var set = normalize
  set.layer_norm_f32 = {
    record(
      "normalize_layer_norm_f32",
      normalize.layer_norm_f32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8)
    )
  }
  set.softmax_f32 = {
    record("normalize_softmax_f32", normalize.softmax_f32, ($0, $1, $2, $3, $4, $5))
  }
  set.row_exponential_f32 = {
    record("normalize_row_exponential_f32", normalize.row_exponential_f32, ($0, $1, $2, $3, $4, $5))
  }
  return set
}

private var recordedScaledSum: intaglio_scaled_sum_kernels {
  var set = scaledSum
  set.sum_i32 = {
    record(
      "scaled_sum_sum_i32",
      scaledSum.sum_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    )
  }
  return set
}

private var recordedLookup: intaglio_lookup_kernels {
  var set = lookup
  set.lookup_i32 = {
    record("lookup_lookup_i32", lookup.lookup_i32, ($0, $1, $2, $3, $4, $5, $6, $7, $8))
  }
  set.cells_i32 = {
    record("lookup_cells_i32", lookup.cells_i32, ($0, $1, $2, $3, $4, $5, $6, $7, $8))
  }
  return set
}

private var recordedIntegerNormalize: intaglio_integer_normalize_kernels {
  var set = integerNormalize
  set.normalize_i32 = {
    record(
      "integer_normalize_normalize_i32",
      integerNormalize.normalize_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7)
    )
  }
  set.codes_i32 = {
    record(
      "integer_normalize_codes_i32",
      integerNormalize.codes_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9),
      inner: [$6.pointee.weight, $6.pointee.multiplier, $6.pointee.addend]
    )
  }
  return set
}

private var recordedIntegerSoftmax: intaglio_integer_softmax_kernels {
  var set = integerSoftmax
  set.softmax_i32 = {
    record(
      "integer_softmax_softmax_i32",
      integerSoftmax.softmax_i32,
      ($0, $1, $2, $3, $4, $5, $6, $7),
      inner: [$4.pointee.table, $4.pointee.powers],
      scratch: 5
    )
  }
  return set
}
