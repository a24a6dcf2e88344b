/** What is generated from the schema: the reference page and the JSON Schema for editors. */
@NullMarked
package io.reseal.config.docs;

import org.jspecify.annotations.NullMarked;
