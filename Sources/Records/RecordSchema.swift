/// Describes records as JSON Schema (draft 2020-12), so that editors check and complete configs.
package final class RecordSchema: FieldVisitor {
  private var properties: [String: JSONValue] = [:]
  private var required: [String] = []
  private var variants: [RecordSchema] = []
  private var description: String?

  /// The schema of a record's JSON object.
  package static func schema<Content: Record>(of type: Content.Type) -> [String: JSONValue] {
    var record = Content()
    let schema = RecordSchema()
    record.fields(schema)
    return schema.assembled
  }

  // A variant's fields stand in the same object as its tag and its neighbours, and every other key
  // is an error: each choice is a whole object of its own.
  private var assembled: [String: JSONValue] {
    guard variants.isEmpty else {
      let whole = variants.map { variant in
        variant.properties.merge(properties) { own, _ in own }
        variant.required = (variant.required + required).sorted()
        return JSONValue.object(variant.assembled)
      }
      return ["oneOf": .array(whole)]
    }
    var schema: [String: JSONValue] = [
      "type": "object", "additionalProperties": false, "properties": .object(properties),
    ]
    if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
    if let description { schema["description"] = .string(description) }
    return schema
  }

  private func add(
    _ key: String, _ schema: [String: JSONValue], required isRequired: Bool, _ note: String
  ) {
    var schema = schema
    schema["description"] = .string(note)
    properties[key] = .object(schema)
    if isRequired { required.append(key) }
  }

  package func field<Value>(
    _ key: String, _ value: inout Value, _ rule: FieldRule<Value>, required: Bool, _ note: String
  ) {
    var schema = rule.schema
    if !required { schema["default"] = rule.encode(value) }
    add(key, schema, required: required, note)
  }

  package func record<Content: Record>(
    _ key: String, _ value: inout Content, required: Bool, _ note: String
  ) {
    var schema = Self.schema(of: Content.self)
    if let variant = value as? any Variant, type(of: variant).hasShortForm {
      schema = [
        "anyOf": [
          ["enum": .array(type(of: variant).choiceNames.map { .string($0) })], .object(schema),
        ]
      ]
      if let standard = variant.shortForm, !required { schema["default"] = standard }
    }
    add(key, schema, required: required, note)
  }

  package func optionalRecord<Content: Record>(
    _ key: String, _ value: inout Content?, _ note: String
  ) {
    let schema: [JSONValue] = [.object(Self.schema(of: Content.self)), ["type": "null"]]
    add(key, ["anyOf": .array(schema)], required: false, note)
  }

  package func records<Element: Record>(
    _ key: String, _ values: inout [Element], required: Bool, _ note: String
  ) {
    var schema: [String: JSONValue] = [
      "type": "array", "items": .object(Self.schema(of: Element.self)),
    ]
    if required { schema["minItems"] = 1 } else { schema["default"] = [] }
    add(key, schema, required: required, note)
  }

  package func variant<Choice: Variant>(_ value: inout Choice) {
    variants = Choice.registry.entries.map { choice in
      let schema = RecordSchema()
      schema.description = choice.note
      schema.properties[Choice.tag] = ["const": .string(choice.name)]
      schema.required = [Choice.tag]
      _ = choice.visit(schema)
      return schema
    }
  }

  package func readElsewhere(_ key: String, schema: [String: JSONValue], _ note: String) {
    add(key, schema, required: false, note)
  }
}
