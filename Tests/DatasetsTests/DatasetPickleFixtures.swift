import Foundation

@testable import Graph

/// The 4 x 3 matrix with 1 at (0, 1), 2 at (1, 0), 3 at (2, 2) and 0.5 at (3, 2), float32, pickled
/// by Python 3 with NumPy 2 and SciPy 1.17 in protocols 0, 1, 2 and 3, with NumPy 1.26 in 4 and 5.
let matrixPickles: [[UInt8]] = [
  """
  Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnAwCihjc2NpcHkuc3BhcnNlLl9jc3IKY3NyX21hdHJpeApwMQpjX19i
  dWlsdGluX18Kb2JqZWN0CnAyCk50cDMKUnA0CihkcDUKVl9zaGFwZQpwNgooSTQKSTMKdHA3CnNWbWF4cHJpbnQK
  cDgKSTUwCnNWaW5kcHRyCnA5CmNudW1weS5fY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApwMTAKKGNudW1w
  eQpuZGFycmF5CnAxMQooSTAKdHAxMgpjX2NvZGVjcwplbmNvZGUKcDEzCihWYgpwMTQKVmxhdGluMQpwMTUKdHAx
  NgpScDE3CnRwMTgKUnAxOQooSTEKKEk1CnRwMjAKY251bXB5CmR0eXBlCnAyMQooVmk0CnAyMgpJMDAKSTAxCnRw
  MjMKUnAyNAooSTMKVjwKcDI1Ck5OTkktMQpJLTEKSTAKdHAyNgpiSTAwCmcxMwooVlx1MDAwMFx1MDAwMFx1MDAw
  MFx1MDAwMAFcdTAwMDBcdTAwMDBcdTAwMDACXHUwMDAwXHUwMDAwXHUwMDAwA1x1MDAwMFx1MDAwMFx1MDAwMARc
  dTAwMDBcdTAwMDBcdTAwMDAKcDI3CmcxNQp0cDI4ClJwMjkKdHAzMApic1ZpbmRpY2VzCnAzMQpnMTAKKGcxMQoo
  STAKdHAzMgpnMTcKdHAzMwpScDM0CihJMQooSTQKdHAzNQpnMjQKSTAwCmcxMwooVgFcdTAwMDBcdTAwMDBcdTAw
  MDBcdTAwMDBcdTAwMDBcdTAwMDBcdTAwMDACXHUwMDAwXHUwMDAwXHUwMDAwAlx1MDAwMFx1MDAwMFx1MDAwMApw
  MzYKZzE1CnRwMzcKUnAzOAp0cDM5CmJzVmRhdGEKcDQwCmcxMAooZzExCihJMAp0cDQxCmcxNwp0cDQyClJwNDMK
  KEkxCihJNAp0cDQ0CmcyMQooVmY0CnA0NQpJMDAKSTAxCnRwNDYKUnA0NwooSTMKZzI1Ck5OTkktMQpJLTEKSTAK
  dHA0OApiSTAwCmcxMwooVlx1MDAwMFx1MDAwMIA/XHUwMDAwXHUwMDAwXHUwMDAwQFx1MDAwMFx1MDAwMEBAXHUw
  MDAwXHUwMDAwXHUwMDAwPwpwNDkKZzE1CnRwNTAKUnA1MQp0cDUyCmJzYi4=
  """,
  """
  Y2NvcHlfcmVnCl9yZWNvbnN0cnVjdG9yCnEAKGNzY2lweS5zcGFyc2UuX2Nzcgpjc3JfbWF0cml4CnEBY19fYnVp
  bHRpbl9fCm9iamVjdApxAk50cQNScQR9cQUoWAYAAABfc2hhcGVxBihLBEsDdHEHWAgAAABtYXhwcmludHEISzJY
  BgAAAGluZHB0cnEJY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEKKGNudW1weQpuZGFycmF5
  CnELKEsAdHEMY19jb2RlY3MKZW5jb2RlCnENKFgBAAAAYnEOWAYAAABsYXRpbjFxD3RxEFJxEXRxElJxEyhLAShL
  BXRxFGNudW1weQpkdHlwZQpxFShYAgAAAGk0cRZJMDAKSTAxCnRxF1JxGChLA1gBAAAAPHEZTk5OSv////9K////
  /0sAdHEaYkkwMApoDShYFAAAAAAAAAABAAAAAgAAAAMAAAAEAAAAcRtoD3RxHFJxHXRxHmJYBwAAAGluZGljZXNx
  H2gKKGgLKEsAdHEgaBF0cSFScSIoSwEoSwR0cSNoGEkwMApoDShYEAAAAAEAAAAAAAAAAgAAAAIAAABxJGgPdHEl
  UnEmdHEnYlgEAAAAZGF0YXEoaAooaAsoSwB0cSloEXRxKlJxKyhLAShLBHRxLGgVKFgCAAAAZjRxLUkwMApJMDEK
  dHEuUnEvKEsDaBlOTk5K/////0r/////SwB0cTBiSTAwCmgNKFgRAAAAAADCgD8AAABAAABAQAAAAD9xMWgPdHEy
  UnEzdHE0YnViLg==
  """,
  """
  gAJjc2NpcHkuc3BhcnNlLl9jc3IKY3NyX21hdHJpeApxACmBcQF9cQIoWAYAAABfc2hhcGVxA0sESwOGcQRYCAAA
  AG1heHByaW50cQVLMlgGAAAAaW5kcHRycQZjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQdj
  bnVtcHkKbmRhcnJheQpxCEsAhXEJY19jb2RlY3MKZW5jb2RlCnEKWAEAAABicQtYBgAAAGxhdGluMXEMhnENUnEO
  h3EPUnEQKEsBSwWFcRFjbnVtcHkKZHR5cGUKcRJYAgAAAGk0cROJiIdxFFJxFShLA1gBAAAAPHEWTk5OSv////9K
  /////0sAdHEXYoloClgUAAAAAAAAAAEAAAACAAAAAwAAAAQAAABxGGgMhnEZUnEadHEbYlgHAAAAaW5kaWNlc3Ec
  aAdoCEsAhXEdaA6HcR5ScR8oSwFLBIVxIGgViWgKWBAAAAABAAAAAAAAAAIAAAACAAAAcSFoDIZxIlJxI3RxJGJY
  BAAAAGRhdGFxJWgHaAhLAIVxJmgOh3EnUnEoKEsBSwSFcSloElgCAAAAZjRxKomIh3ErUnEsKEsDaBZOTk5K////
  /0r/////SwB0cS1iiWgKWBEAAAAAAMKAPwAAAEAAAEBAAAAAP3EuaAyGcS9ScTB0cTFidWIu
  """,
  """
  gANjc2NpcHkuc3BhcnNlLl9jc3IKY3NyX21hdHJpeApxACmBcQF9cQIoWAYAAABfc2hhcGVxA0sESwOGcQRYCAAA
  AG1heHByaW50cQVLMlgGAAAAaW5kcHRycQZjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQdj
  bnVtcHkKbmRhcnJheQpxCEsAhXEJQwFicQqHcQtScQwoSwFLBYVxDWNudW1weQpkdHlwZQpxDlgCAAAAaTRxD4mI
  h3EQUnERKEsDWAEAAAA8cRJOTk5K/////0r/////SwB0cRNiiUMUAAAAAAEAAAACAAAAAwAAAAQAAABxFHRxFWJY
  BwAAAGluZGljZXNxFmgHaAhLAIVxF2gKh3EYUnEZKEsBSwSFcRpoEYlDEAEAAAAAAAAAAgAAAAIAAABxG3RxHGJY
  BAAAAGRhdGFxHWgHaAhLAIVxHmgKh3EfUnEgKEsBSwSFcSFoDlgCAAAAZjRxIomIh3EjUnEkKEsDaBJOTk5K////
  /0r/////SwB0cSViiUMQAACAPwAAAEAAAEBAAAAAP3EmdHEnYnViLg==
  """,
  """
  gASVewEAAAAAAACMEXNjaXB5LnNwYXJzZS5fY3NylIwKY3NyX21hdHJpeJSTlCmBlH2UKIwGX3NoYXBllEsESwOG
  lIwIbWF4cHJpbnSUSzKMB2luZGljZXOUjBVudW1weS5jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SM
  BW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsEhZRoDIwFZHR5cGWUk5SMAmk0lImIh5RSlChLA4wB
  PJROTk5K/////0r/////SwB0lGKJQxABAAAAAAAAAAIAAAACAAAAlHSUYowGaW5kcHRylGgLaA5LAIWUaBCHlFKU
  KEsBSwWFlGgYiUMUAAAAAAEAAAACAAAAAwAAAAQAAACUdJRijARkYXRhlGgLaA5LAIWUaBCHlFKUKEsBSwSFlGgV
  jAJmNJSJiIeUUpQoSwNoGU5OTkr/////Sv////9LAHSUYolDEAAAgD8AAABAAABAQAAAAD+UdJRidWIu
  """,
  """
  gAWVXAEAAAAAAACMEXNjaXB5LnNwYXJzZS5fY3NylIwKY3NyX21hdHJpeJSTlCmBlH2UKIwGX3NoYXBllEsESwOG
  lIwIbWF4cHJpbnSUSzKMB2luZGljZXOUjBJudW1weS5jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlCiWEAAA
  AAAAAAABAAAAAAAAAAIAAAACAAAAlIwFbnVtcHmUjAVkdHlwZZSTlIwCaTSUiYiHlFKUKEsDjAE8lE5OTkr/////
  Sv////9LAHSUYksEhZSMAUOUdJRSlIwGaW5kcHRylGgLKJYUAAAAAAAAAAAAAAABAAAAAgAAAAMAAAAEAAAAlGgS
  SwWFlGgWdJRSlIwEZGF0YZRoCyiWEAAAAAAAAAAAAIA/AAAAQAAAQEAAAAA/lGgPjAJmNJSJiIeUUpQoSwNoE05O
  Tkr/////Sv////9LAHSUYksEhZRoFnSUUpR1Yi4=
  """,
].map { [UInt8](Data(base64Encoded: $0, options: .ignoreUnknownCharacters)!) }

// Pickles of protocol 2 as Python 2 writes them, put together by hand.

/// A whole pickle of one value.
func pickle(_ value: [UInt8]) -> [UInt8] { [0x80, 2] + value + Array(".".utf8) }

/// BININT.
func pickled(_ number: Int) -> [UInt8] { Array("J".utf8) + littleEndian([Int32(number)]) }

/// SHORT_BINSTRING.
func pickled(_ text: String) -> [UInt8] { Array("U".utf8) + [UInt8(text.utf8.count)] + text.utf8 }

/// GLOBAL.
func pickledName(_ module: String, _ name: String) -> [UInt8] {
  Array("c\(module)\n\(name)\n".utf8)
}

/// A tuple.
func pickledTuple(_ items: [UInt8]...) -> [UInt8] {
  Array("(".utf8) + items.flatMap { $0 } + Array("t".utf8)
}

/// An array; `code` is NumPy's, such as "i4".
func pickledArray(_ shape: [Int], _ code: String, order: String = "<", _ data: [UInt8]) -> [UInt8] {
  let (reduce, build, none) = (Array("R".utf8), Array("b".utf8), Array("N".utf8))
  let type =
    pickledName("numpy", "dtype") + pickledTuple(pickled(code), pickled(0), pickled(1)) + reduce
    + pickledTuple(
      pickled(3), pickled(order), none, none, none, pickled(-1), pickled(-1), pickled(0)) + build
  let extents = Array("(".utf8) + shape.flatMap { pickled($0) } + Array("t".utf8)
  return pickledName("numpy.core.multiarray", "_reconstruct")
    + pickledTuple(pickledName("numpy", "ndarray"), pickledTuple(pickled(0)), pickled("b")) + reduce
    + pickledTuple(
      pickled(1), extents, type, [0x89],
      Array("T".utf8) + littleEndian([Int32(data.count)]) + data) + build
}

/// A dictionary.
func pickledDictionary(_ items: [([UInt8], [UInt8])]) -> [UInt8] {
  Array("}(".utf8) + items.flatMap { $0.0 + $0.1 } + Array("u".utf8)
}

/// A sparse matrix of float32.
func pickledSparse(
  _ rows: Int, _ columns: Int, start: [Int32], column: [Int32], value: [Float]
) -> [UInt8] {
  pickledName("scipy.sparse.csr", "csr_matrix") + Array(")".utf8) + [0x81]
    + pickledDictionary([
      (pickled("format"), pickled("csr")),
      (pickled("_shape"), pickledTuple(pickled(rows), pickled(columns))),
      (pickled("indptr"), pickledArray([start.count], "i4", littleEndian(start))),
      (pickled("indices"), pickledArray([column.count], "i4", littleEndian(column))),
      (pickled("data"), pickledArray([value.count], "f4", littleEndian(value.map(\.bitPattern)))),
    ]) + Array("b".utf8)
}

/// One-hot rows of int32.
func pickledClasses(_ classes: [Int], _ count: Int) -> [UInt8] {
  let rows: [Int32] = classes.flatMap { label in (0..<count).map { $0 == label ? 1 : 0 } }
  return pickledArray([classes.count, count], "i4", littleEndian(rows))
}

/// A default dictionary of lists of neighbours.
func pickledGraph(_ neighbours: [Int: [Int]]) -> [UInt8] {
  pickledName("collections", "defaultdict") + pickledTuple(pickledName("__builtin__", "list"))
    + Array("R(".utf8)
    + neighbours.sorted { $0.key < $1.key }.flatMap { node, others in
      pickled(node) + Array("](".utf8) + others.flatMap { pickled($0) } + Array("e".utf8)
    } + Array("u".utf8)
}
