/** The single place that says which handler follows which. */
@NullMarked
package io.reseal.core.pipeline;

import org.jspecify.annotations.NullMarked;
