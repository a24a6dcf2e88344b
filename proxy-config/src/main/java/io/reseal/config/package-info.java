/** The configuration model: immutable records and sealed alternatives, with defaults. */
@NullMarked
package io.reseal.config;

import org.jspecify.annotations.NullMarked;
