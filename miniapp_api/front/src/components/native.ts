import { h, type FunctionalComponent } from 'vue'

/**
 * A real HTML element on web pages. uni-app draws its own button and input there, which a keyboard and a screen
 * reader do not recognise; ours keep the browser's own behaviour.
 */
export const Native: FunctionalComponent<{ tag: string }> = (props, { attrs, slots }) =>
  h(props.tag, attrs, slots.default?.())
Native.props = ['tag']
Native.inheritAttrs = false
