/// A short mark of a JSON document: the same in every process, on every machine.
package enum StableHash {
  /// Eight hexadecimal digits: FNV-1a, 64 bits folded to 32, of the document's compact text.
  package static func hash(_ value: JSONValue) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in value.compactText.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x100_0000_01B3
    }
    let folded = String(UInt32(truncatingIfNeeded: hash ^ hash >> 32), radix: 16)
    return String(repeating: "0", count: 8 - folded.count) + folded
  }
}
