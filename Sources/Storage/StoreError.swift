package import Database

/// What the store throws, for rooms that know nothing of databases.
package typealias StoreError = DatabaseError
