/** What the data plane reports: access and connection records. */
@NullMarked
package io.reseal.core.observe;

import org.jspecify.annotations.NullMarked;
