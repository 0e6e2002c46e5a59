internal import Foundation

/// One of the schemas of `Sources/vecferry/Output/Schema`, with as much of JSON Schema (2020-12) as they use. Stricter than a reader: a field
/// that the schema does not name is a fault.
public struct JSONSchema {
    private let root: [String: Any]

    /// Reads a schema by its name, such as `result`.
    public init(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/vecferry/Output/Schema/\(name).json")
        root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
    }

    /// What is wrong with a text; nil where nothing is.
    public func fault(in text: String) -> String? {
        guard let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)) else {
            return "It is no JSON: \(text)"
        }
        return fault(in: value, by: root, at: "$")
    }

    private func fault(in value: Any, by schema: [String: Any], at place: String) -> String? {
        if let name = (schema["$ref"] as? String)?.split(separator: "/").last.map(String.init) {
            let definition = (root["$defs"] as? [String: [String: Any]])?[name]
            return definition.map { fault(in: value, by: $0, at: place) } ?? "\(place): there is no \(name)"
        }
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let faults = choices.map { fault(in: value, by: $0, at: place) }
            guard !faults.contains(where: { $0 == nil }) else { return nil }
            // Of the choice that it comes nearest to.
            return faults.compactMap(\.self).max { $0.split(separator: ".").count < $1.split(separator: ".").count }
        }
        if let words = schema["enum"] as? [Any] {
            let isAmong = words.contains { "\($0)" == "\(value)" }
            return isAmong ? nil : "\(place): \(value) is none of \(words)"
        }
        switch schema["type"] as? String {
        case "object": return faultInObject(value, by: schema, at: place)
        case "array":
            guard let values = value as? [Any] else { return "\(place) is no array" }
            let items = schema["items"] as? [String: Any] ?? [:]
            for (position, one) in values.enumerated() {
                if let fault = fault(in: one, by: items, at: "\(place).\(position)") { return fault }
            }
            return nil
        case "string":
            guard let text = value as? String else { return "\(place) is no string" }
            guard let pattern = schema["pattern"] as? String, let regex = try? Regex(pattern) else { return nil }
            return text.contains(regex) ? nil : "\(place): \(text) does not match \(pattern)"
        case "null": return value is NSNull ? nil : "\(place) is not null"
        case "boolean": return Self.isBoolean(value) ? nil : "\(place) is no boolean"
        case "integer":
            let number = (value as? NSNumber)?.doubleValue
            return !Self.isBoolean(value) && number.map { $0 == $0.rounded() } == true ? nil : "\(place) is no integer"
        case "number": return value is NSNumber && !Self.isBoolean(value) ? nil : "\(place) is no number"
        default: return "\(place): the schema has no type"
        }
    }

    private func faultInObject(_ value: Any, by schema: [String: Any], at place: String) -> String? {
        guard let fields = value as? [String: Any] else { return "\(place) is no object" }
        let named = schema["properties"] as? [String: [String: Any]] ?? [:]
        for name in schema["required"] as? [String] ?? [] where fields[name] == nil {
            return "\(place) lacks \(name)"
        }
        for (name, one) in fields.sorted(by: { $0.key < $1.key }) {
            guard let schema = named[name] ?? schema["additionalProperties"] as? [String: Any] else {
                return "\(place).\(name) is not in the schema"
            }
            if let fault = fault(in: one, by: schema, at: "\(place).\(name)") { return fault }
        }
        return nil
    }

    private static func isBoolean(_ value: Any) -> Bool {
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    }
}
