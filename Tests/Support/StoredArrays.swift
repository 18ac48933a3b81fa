import Foundation

/// An npz archive as a program other than this one might write it: arrays of any shape, not packed.
struct StoredArrays {
  private var members: [(name: String, bytes: Data)] = []

  /// An int64 array.
  mutating func set(_ name: String, _ shape: [Int], _ numbers: [Int]) {
    var data = Data()
    append(numbers.map(Int64.init), to: &data)
    add(name, "<i8", shape, data)
  }

  /// A float64 array.
  mutating func set(_ name: String, _ shape: [Int], _ numbers: [Double]) {
    var data = Data()
    append(numbers.map(\.bitPattern), to: &data)
    add(name, "<f8", shape, data)
  }

  /// An array of booleans.
  mutating func set(_ name: String, _ shape: [Int], _ flags: [Bool]) {
    add(name, "|b1", shape, Data(flags.map { $0 ? 1 : 0 }))
  }

  mutating func remove(_ name: String) { members.removeAll { $0.name == "\(name).npy" } }

  private mutating func add(_ name: String, _ type: String, _ shape: [Int], _ data: Data) {
    remove(name)
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var bytes = Data([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
    append([UInt16(header.utf8.count)], to: &bytes)
    bytes.append(Data(header.utf8))
    bytes.append(data)
    members.append((name: "\(name).npy", bytes: bytes))
  }

  /// Each array as a file of its own.
  func writeFiles(to folder: URL) throws {
    for (name, bytes) in members { try bytes.write(to: folder.appending(path: name)) }
  }

  /// All arrays in one archive (APPNOTE.TXT of PKWARE, with nothing but what must be there).
  func write(to url: URL) throws {
    var (file, directory) = (Data(), Data())
    for (name, bytes) in members {
      let start = UInt32(file.count)
      // Version 2.0, no flags, stored, at no time on the first day of 1980.
      var common = Data([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0])
      append([checksum(bytes), UInt32(bytes.count), UInt32(bytes.count)], to: &common)
      append([UInt16(name.utf8.count), 0], to: &common)
      file.append(Data([0x50, 0x4b, 3, 4]))
      file.append(common)
      file.append(Data(name.utf8))
      file.append(bytes)
      directory.append(Data([0x50, 0x4b, 1, 2, 20, 0]))
      directory.append(common)
      directory.append(Data(count: 10))
      append([start], to: &directory)
      directory.append(Data(name.utf8))
    }
    let (start, size, count) = (UInt32(file.count), UInt32(directory.count), UInt16(members.count))
    file.append(directory)
    file.append(Data([0x50, 0x4b, 5, 6, 0, 0, 0, 0]))
    append([count, count], to: &file)
    append([size, start], to: &file)
    append([UInt16(0)], to: &file)
    try file.write(to: url)
  }

  private func append<I: FixedWidthInteger>(_ numbers: [I], to data: inout Data) {
    for number in numbers {
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
  }

  /// CRC-32, bit by bit.
  private func checksum(_ bytes: Data) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = sum & 1 == 1
        sum >>= 1
        if isOdd { sum ^= 0xedb8_8320 }
      }
    }
    return ~sum
  }
}
