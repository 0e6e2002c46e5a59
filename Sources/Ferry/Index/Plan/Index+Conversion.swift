extension Index {
    /// The same index on a column that is converted: with the operator class of what comes out. One on an expression stays as it is, since
    /// pgvector has the same functions and casts for both types.
    func converting(_ column: ColumnPair) -> Index {
        guard let type = column.conversion?.vectorType, isVectorIndex, columns.first == column.name,
            let own = operatorClasses.first, parts.operatorClass.hasSuffix(".\(own)")
        else { return self }
        let from = "\(VectorType.vector.rawValue)_", to = "\(type.rawValue)_"
        func renamed(_ operatorClass: String) -> String {
            operatorClass.hasPrefix(from) ? to + operatorClass.dropFirst(from.count) : operatorClass
        }
        var index = self
        index.operatorClasses = operatorClasses.map(renamed)
        index.parts.operatorClass = parts.operatorClass.dropLast(own.count) + renamed(own)
        index.parts.keyType = type.rawValue
        index.definition = VectorIndexDefinition(asItIs: index).statement(for: index)
        return index
    }
}
