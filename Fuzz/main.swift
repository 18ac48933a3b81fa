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

/// What reads the inputs.
let read: ([UInt8]) -> Void = {
  guard let name = CommandLine.arguments.dropFirst().first else { endWithUsage() }
  if name == configName { return readJSON }
  if let reader = FuzzedReader(rawValue: name) { return reader.read }
  if let reader = FuzzedConfig(rawValue: name) { return reader.read }
  endWithUsage()
}()

func endWithUsage() -> Never {
  let known =
    FuzzedReader.allCases.map(\.rawValue) + [configName] + FuzzedConfig.allCases.map(\.rawValue)
  FileHandle.standardError.write(
    Data("usage: Fuzz READER ..., READER one of \(known.joined(separator: ", "))\n".utf8))
  exit(64)
}

/// What was read must be read again from its own text.
func readJSON(_ bytes: [UInt8]) {
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
    read([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  })
