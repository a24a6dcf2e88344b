/**
 * The configuration described once as data: what the reader accepts, what editors check and what
 * the reference page says.
 */
@NullMarked
package io.reseal.config.schema;

import org.jspecify.annotations.NullMarked;
