/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

interface ImportMetaEnv {
  /** Mini-programs have no origin of their own: where the portal answers, e.g. https://portal.example. */
  readonly VITE_YIMA_ORIGIN?: string
}
