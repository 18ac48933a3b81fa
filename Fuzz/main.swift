// `Fuzz READER [libFuzzer's options and folders]`: hands libFuzzer's inputs to one reader. Built and
// run by scripts/fuzz.
import Foundation

@testable import Records

// From libFuzzer, which is linked without a main function of its own.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

let configName = "config-json"

/// What is read of the inputs; a name that is not one of FuzzedReader's is that of JSON configs, whose
/// reader is in another target.
let reader: FuzzedReader? = CommandLine.arguments.dropFirst().first.flatMap { name in
  guard name != configName else { return nil }
  guard let reader = FuzzedReader(rawValue: name) else { endWithUsage() }
  return reader
}
guard CommandLine.arguments.count > 1 else { endWithUsage() }

func endWithUsage() -> Never {
  let known = FuzzedReader.allCases.map(\.rawValue) + [configName]
  FileHandle.standardError.write(
    Data("usage: Fuzz READER ..., READER one of \(known.joined(separator: ", "))\n".utf8))
  exit(64)
}

/// What was read must be read again from its own text.
func readConfig(_ bytes: [UInt8]) {
  let value: JSONValue
  do throws(JSONSyntaxError) {
    value = try JSONParser.parse(bytes)
  } catch {
    // Texts that are no JSON are what the parser is for.
    return
  }
  do throws(JSONSyntaxError) {
    let again = try JSONParser.parse(value.prettyText)
    precondition(again == value, "the text of a value is that of another")
  } catch {
    fatalError("the text of a value cannot be read: \(error)")
  }
}

// libFuzzer shall see its own arguments only.
var arguments = CommandLine.unsafeArgv
arguments[1] = arguments[0]
arguments += 1
var count = CommandLine.argc - 1
exit(
  runFuzzer(&count, &arguments) { bytes, count in
    let bytes = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    if let reader { reader.read(bytes) } else { readConfig(bytes) }
    return 0
  })
